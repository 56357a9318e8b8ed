package server

import "time"

// Config is all that can be set, by environment variable or flag. With nothing
// set, a whole server runs on this machine from one folder.
type Config struct {
	Listen        string        `env:"VECHE_LISTEN" default:"127.0.0.1:8080" help:"Address to serve the API and GraphiQL on, host:port."`
	Data          string        `env:"VECHE_DATA" default:"./veche-data" type:"path" help:"Folder of the embedded stores of documents and media."`
	MongoDBURI    string        `env:"VECHE_MONGODB_URI" name:"mongodb-uri" help:"MongoDB to keep documents in; empty keeps them in an SQLite file in the data folder."`
	MongoDatabase string        `env:"VECHE_MONGODB_DATABASE" name:"mongodb-database" default:"veche" help:"Database in MongoDB."`
	CacheMB       int           `env:"VECHE_CACHE_MB" name:"cache-mb" default:"256" help:"Memory for documents read lately, in MiB (SQLite only)."`
	S3Endpoint    string        `env:"VECHE_S3_ENDPOINT" name:"s3-endpoint" help:"URL of the S3 service for media; empty runs the embedded gateway."`
	S3Listen      string        `env:"VECHE_S3_LISTEN" name:"s3-listen" default:"127.0.0.1:0" help:"Address of the embedded S3 gateway; port 0 takes a free one."`
	S3AccessKey   string        `env:"VECHE_S3_ACCESS_KEY" name:"s3-access-key" help:"Access key of the S3 service; the embedded gateway makes its own."`
	S3SecretKey   string        `env:"VECHE_S3_SECRET_KEY" name:"s3-secret-key" help:"Secret key of the S3 service; the embedded gateway makes its own."`
	S3Bucket      string        `env:"VECHE_S3_BUCKET" name:"s3-bucket" default:"veche" help:"Bucket for media; made when absent."`
	S3Region      string        `env:"VECHE_S3_REGION" name:"s3-region" default:"us-east-1" help:"Region of the bucket."`
	NATSURL       string        `env:"VECHE_NATS_URL" name:"nats-url" help:"NATS by which several nodes tell each other of news; one node needs none."`
	Registration  string        `env:"VECHE_REGISTRATION" enum:"open,closed" default:"open" help:"Whether anybody may register: open or closed."`
	RateLimit     string        `env:"VECHE_RATE_LIMIT" name:"rate-limit" enum:"on,off" default:"on" help:"Limit sign-ins and registrations by address: on, or off for trials."`
	Origins       []string      `env:"VECHE_ORIGINS" help:"Origins of web pages that may open sockets, beside this server's own; comma between."`
	Compression   string        `env:"VECHE_COMPRESSION" enum:"on,off" default:"off" help:"Compress messages on sockets whose clients can (permessage-deflate): on saves traffic and costs processor time for each reader."`
	Retention     time.Duration `env:"VECHE_RETENTION" default:"168h" help:"How long the live log is kept: how far back a client can resume."`
	LogRequests   string        `env:"VECHE_LOG_REQUESTS" name:"log-requests" enum:"slow,all,off" default:"slow" help:"Which operations are logged at level info: slow for those that took over a second or failed here, all, or off for none."`
	DebugListen   string        `env:"VECHE_DEBUG_LISTEN" name:"debug-listen" help:"Private address for /metrics and /debug/pprof/, host:port, such as 127.0.0.1:6060; empty is off, and then nothing is counted."`
	LogLevel      string        `env:"VECHE_LOG_LEVEL" name:"log-level" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged: debug, info, warn or error."`
}
