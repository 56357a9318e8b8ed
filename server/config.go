package server

import (
	"errors"
	"fmt"
	"time"
)

// Config is all that can be set, by environment variable or flag. With nothing
// set, a whole server runs on this machine from one folder.
type Config struct {
	Listen           string        `env:"VECHE_LISTEN" default:"127.0.0.1:8080" help:"Address to serve the API and GraphiQL on, host:port."`
	Data             string        `env:"VECHE_DATA" default:"./veche-data" type:"path" help:"Folder of the embedded stores of documents and media."`
	MongoDBURI       string        `env:"VECHE_MONGODB_URI" name:"mongodb-uri" help:"MongoDB to keep documents in; empty keeps them in an SQLite file in the data folder."`
	MongoDatabase    string        `env:"VECHE_MONGODB_DATABASE" name:"mongodb-database" default:"veche" help:"Database in MongoDB."`
	CacheMB          int           `env:"VECHE_CACHE_MB" name:"cache-mb" default:"0" help:"Memory for documents read lately, in MiB (SQLite only); 0 takes an eighth of the machine's, 4096 at most."`
	S3Endpoint       string        `env:"VECHE_S3_ENDPOINT" name:"s3-endpoint" help:"URL of the S3 service for media; empty runs the embedded gateway."`
	S3Listen         string        `env:"VECHE_S3_LISTEN" name:"s3-listen" default:"127.0.0.1:0" help:"Address of the embedded S3 gateway; port 0 takes a free one."`
	S3AccessKey      string        `env:"VECHE_S3_ACCESS_KEY" name:"s3-access-key" help:"Access key of the S3 service; the embedded gateway makes its own."`
	S3SecretKey      string        `env:"VECHE_S3_SECRET_KEY" name:"s3-secret-key" help:"Secret key of the S3 service; the embedded gateway makes its own."`
	S3Bucket         string        `env:"VECHE_S3_BUCKET" name:"s3-bucket" default:"veche" help:"Bucket for media; made when absent."`
	S3Region         string        `env:"VECHE_S3_REGION" name:"s3-region" default:"us-east-1" help:"Region of the bucket."`
	NATSURL          string        `env:"VECHE_NATS_URL" name:"nats-url" help:"NATS by which several nodes tell each other of news; one node needs none."`
	Registration     string        `env:"VECHE_REGISTRATION" enum:"open,closed" default:"open" help:"Whether anybody may register: open or closed."`
	Founded          string        `env:"VECHE_FOUNDED" help:"Day on which the community was founded, such as 2019-03-01, from which its days are counted; empty is the day on which the first member joined."`
	RateLimit        string        `env:"VECHE_RATE_LIMIT" name:"rate-limit" enum:"on,off" default:"on" help:"Limit how much each client may ask, open and try: on, or off for trials. What one operation may be is limited in any case."`
	MaxCost          int           `env:"VECHE_MAX_COST" name:"max-cost" default:"10000" help:"What one operation may cost, in points; a point is about one thing that is looked up."`
	MaxDepth         int           `env:"VECHE_MAX_DEPTH" name:"max-depth" default:"15" help:"How deep the fields of an operation may stand in each other."`
	MemberRate       int           `env:"VECHE_MEMBER_RATE" name:"member-rate" default:"60000" help:"Points that a member, and each API token, may spend in a minute."`
	GuestRate        int           `env:"VECHE_GUEST_RATE" name:"guest-rate" default:"30000" help:"Points that the guests of one address (of IPv6, one /64) may spend in a minute."`
	MaxOpen          int           `env:"VECHE_MAX_OPEN" name:"max-open" default:"1000" help:"Sockets and streams that one address may have open at a time, and connections of any kind; and the subscriptions of one member or address."`
	Origins          []string      `env:"VECHE_ORIGINS" help:"Origins of web pages that may call the API, beside this server's own, such as https://forum.example; comma between."`
	Proxies          []string      `env:"VECHE_PROXIES" default:"127.0.0.0/8,::1" help:"Networks or addresses of the proxies before this server: what they say of the client (X-Forwarded-For, or else Forwarded) is believed, and they may open any number of connections; comma between."`
	Introspection    string        `env:"VECHE_INTROSPECTION" enum:"on,off,members" default:"on" help:"Who may ask for the schema: on for all, members for who is signed in, or off."`
	TrustedDocuments string        `env:"VECHE_TRUSTED_DOCUMENTS" name:"trusted-documents" help:"Manifest of the only documents that may be asked for, as Apollo's or Relay's tools write it; empty allows any."`
	Compression      string        `env:"VECHE_COMPRESSION" enum:"on,off" default:"off" help:"Compress messages on sockets whose clients can (permessage-deflate): on saves traffic and costs processor time for each reader."`
	Retention        time.Duration `env:"VECHE_RETENTION" default:"168h" help:"How long the live log is kept: how far back a client can resume."`
	LogRequests      string        `env:"VECHE_LOG_REQUESTS" name:"log-requests" enum:"slow,all,off" default:"slow" help:"Which operations are logged at level info: slow for those that took over a second or failed here, all, or off for none."`
	DebugListen      string        `env:"VECHE_DEBUG_LISTEN" name:"debug-listen" help:"Private address for /metrics and /debug/pprof/, host:port, such as 127.0.0.1:6060; empty is off, and then nothing is counted."`
	LogLevel         string        `env:"VECHE_LOG_LEVEL" name:"log-level" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged: debug, info, warn or error."`
}

// check finds what the command line cannot know to be wrong.
func (c Config) check() error {
	_, origins := parseOrigins(c.Origins)
	_, proxies := parseProxies(c.Proxies)
	_, founded := c.founded()
	if err := errors.Join(origins, proxies, founded); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	return nil
}
