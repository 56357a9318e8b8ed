package server

import (
	"bytes"
	"io"
	"maps"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"veche/community"
	"veche/store/storetest/ferret"
)

// cluster is several servers over one database.
type cluster struct {
	t      testing.TB
	config Config
	nats   string // empty for none
	nodes  []*house
	lines  map[*house]*lines
}

func newCluster(t *testing.T, natsURL string) *cluster {
	t.Helper()
	c := Config{MongoDBURI: ferret.StartReplicaSet(t).URI, MongoDatabase: "nodes", RateLimit: "off"}
	return &cluster{t: t, config: c, nats: natsURL, lines: map[*house]*lines{}}
}

// start starts one more node, as Run does; the same people know it.
func (c *cluster) start(people ...string) *house {
	c.t.Helper()
	config := c.config
	config.Data = c.t.TempDir()
	parts, err := Assemble(c.t.Context(), config, cheap)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.nats != "" {
		leave, err := parts.Log.Hub().Join(c.nats, string(community.NewID[community.TokenID]("node")))
		if err != nil {
			c.t.Fatal(err)
		}
		c.t.Cleanup(leave)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	l := &lines{Listener: listener}
	h := serveOn(c.t, config, parts, l, people...)
	c.lines[h] = l
	if len(c.nodes) > 0 {
		maps.Copy(h.residents, c.nodes[0].residents)
		maps.Copy(h.spaces, c.nodes[0].spaces)
	}
	c.nodes = append(c.nodes, h)
	return h
}

// kill breaks all connections of the node at once.
func (c *cluster) kill(h *house) {
	h.killed.Store(true)
	c.lines[h].breakAll()
	_ = h.stop() // what is left of it; nobody can reach it any more
}

// lines is a listener whose connections can be broken.
type lines struct {
	net.Listener
	mu   sync.Mutex
	open []net.Conn
}

func (l *lines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open = append(l.open, conn)
	}
	return conn, err
}

func (l *lines) breakAll() {
	_ = l.Close()
	l.cut()
}

func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.open {
		_ = conn.Close()
	}
	l.open = nil
}

// startNATS runs a NATS until the test ends. Between it and the nodes stands a
// line that is cut again and again, and an echo doubles each hint.
func startNATS(t *testing.T) (url string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	echo, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(echo.Close)
	_, err = echo.Subscribe("veche.live", func(m *nats.Msg) {
		if !bytes.Contains(m.Data, []byte(`"f":"echo"`)) {
			_ = echo.Publish("veche.live", []byte(`{"s":"topic:x","n":1,"f":"echo"}`))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &lines{Listener: listener}
	t.Cleanup(l.breakAll)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go between(conn, s.Addr().String())
		}
	}()
	go func() {
		for t.Context().Err() == nil {
			time.Sleep(300 * time.Millisecond)
			l.cut()
		}
	}()
	return "nats://" + listener.Addr().String()
}

// between hands on what comes on the connection and what the address answers.
func between(conn net.Conn, address string) {
	to, err := net.Dial("tcp", address)
	if err != nil {
		_ = conn.Close()
		return
	}
	go func() {
		_, _ = io.Copy(to, conn)
		_ = to.Close()
	}()
	_, _ = io.Copy(conn, to)
	_ = conn.Close()
}

// ride reads until the end, on one node after the other.
func (c *cluster) ride(f *flood, first int, p *progress, read func(*flood, *progress, time.Duration) error) error {
	for i, begun := first, time.Now(); p.last < f.many && time.Since(begun) < 2*patience; i++ {
		c.nodes[0].t.Helper()
		node := c.nodes[i%len(c.nodes)]
		if node.killed.Load() {
			continue
		}
		err := read(&flood{house: node, topic: f.topic, many: f.many}, p, patience)
		if err != nil && !isRefused(err) {
			return err
		}
	}
	return nil
}

// isRefused says that there was no server to come to.
func isRefused(err error) bool {
	return bytes.Contains([]byte(err.Error()), []byte("open a socket")) || bytes.Contains([]byte(err.Error()), []byte("connection_init"))
}

// TestThreeNodes has people write on three nodes and read on each, while hints
// between the nodes are lost and doubled, and one node is killed: all readers
// get everything, in order, once.
func TestThreeNodes(t *testing.T) {
	c := newCluster(t, startNATS(t))
	first := c.start("anna")
	first.build("hall")
	f := &flood{house: first, topic: first.openTopic("anna", "hall"), many: int(few(36))}
	start := f.liveCursor(f.topic)
	c.start()
	third := c.start()
	for i := range 6 {
		read := []func(*flood, *progress, time.Duration) error{(*flood).readUntilCut, (*flood).readSSEUntilCut}[i%2]
		f.readers.Go(func() {
			p := &progress{cursor: start}
			if err := c.ride(f, i, p, read); err != nil || p.last != f.many {
				t.Errorf("reader %d is at %d of %d: %v", i, p.last, f.many, err)
			}
		})
	}
	var writers sync.WaitGroup
	begun := time.Now()
	for i, node := range c.nodes {
		writers.Go(func() {
			anna := node.viewer("anna")
			for range f.many * []int{4, 4, 1}[i] / 9 {
				writeReply(t, node.parts, anna, f.topic)
				time.Sleep(10 * time.Millisecond)
			}
			if i == 2 {
				c.kill(third)
			}
		})
	}
	writers.Wait()
	wrote := time.Since(begun)
	f.readers.Wait()
	t.Logf("%d posts written in %v, read within %v", f.many, wrote, time.Since(begun))
}

// TestNodesWithoutHints has nobody tell a node what another wrote: news come,
// and rights bite, within a second, and who loses a right costs nobody else an
// event.
func TestNodesWithoutHints(t *testing.T) {
	c := newCluster(t, "")
	here := c.start("anna", "boris")
	here.build("room private")
	for _, who := range []string{"anna", "boris"} {
		here.get("keeper", takeSeat, vars{"s": here.spaces["room"], "m": here.residents[who].id})
	}
	topic := here.openTopic("keeper", "room")
	there := c.start()
	lost := there.mustListen(newer, "anna", added, vars{"t": topic})
	there.wantGroups(t, 1, 1)
	kept := there.mustListen(newer, "boris", added, vars{"t": topic})
	there.wantGroups(t, 2, 1)
	limit := time.Second
	if slow {
		limit = 3 * time.Second
	}
	keeper := here.viewer("keeper")
	writeReply(t, here.parts, keeper, topic)
	for _, e := range []*ear{lost, kept} {
		if got, ok := e.hear(limit); !ok || numberIn(got) != 1 {
			t.Errorf("after %v: %v", limit, got)
		}
	}
	here.get("keeper", `mutation($s: ID!, $m: ID!) { removeSpaceMember(input: {spaceId: $s, memberId: $m}) { space { id } } }`,
		vars{"s": here.spaces["room"], "m": here.residents["anna"].id})
	deadline := time.Now().Add(limit)
	last := 1
	for time.Now().Before(deadline.Add(-limit / 4)) {
		writeReply(t, here.parts, keeper, topic)
		last++
	}
	loss{codes: hiddenNow}.wantEnd(t, lost, deadline, last)
	for want := 2; want <= last; want++ {
		if got, ok := kept.hear(patience / 3); !ok || numberIn(got) != want {
			t.Fatalf("heard %v %q, want %d", got.outcome, got.end, want)
		}
	}
}
