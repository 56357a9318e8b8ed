package ferret

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// shim makes good what FerretDB v1 lacks.
type shim struct {
	// unique holds the fields of each unique index, by collection.
	unique map[string][][]string
}

// request is the command as FerretDB shall see it.
func (s *shim) request(command bson.D) bson.D {
	place := text(command, "$db") + "." + text(command, command[0].Key)
	switch command[0].Key {
	case "findAndModify":
		command = slices.DeleteFunc(command, func(e bson.E) bool { return e.Key == "fields" })
	case "createIndexes":
		s.learn(place, list(command, "indexes"))
	case "insert":
		for i, doc := range list(command, "documents") {
			list(command, "documents")[i] = s.complete(place, doc.(bson.D))
		}
	case "update":
		for _, one := range list(command, "updates") {
			s.completeUpdate(place, one.(bson.D))
		}
	}
	return command
}

func (s *shim) learn(place string, indexes bson.A) {
	for _, index := range indexes {
		index := index.(bson.D)
		if unique, _ := lookup(index, "unique"); unique != true {
			continue
		}
		var fields []string
		for _, e := range child(index, "key") {
			fields = append(fields, e.Key)
		}
		s.unique[place] = append(s.unique[place], fields)
	}
}

// complete writes out as null what a unique index would not see as equal when
// it is absent.
func (s *shim) complete(place string, doc bson.D) bson.D {
	for _, fields := range s.unique[place] {
		for _, field := range fields {
			if _, there := lookup(doc, field); !there {
				doc = append(doc, bson.E{Key: field})
			}
		}
	}
	return doc
}

func (s *shim) completeUpdate(place string, one bson.D) {
	for i, e := range one {
		doc, ok := e.Value.(bson.D)
		if e.Key == "u" && ok && len(doc) > 0 && !strings.HasPrefix(doc[0].Key, "$") {
			one[i].Value = s.complete(place, doc)
		}
	}
}

// reply gives the refusal of a unique index its name.
func (s *shim) reply(reply bson.D) bson.D {
	if !strings.Contains(text(reply, "errmsg"), "UNIQUE constraint failed") {
		return reply
	}
	return failure(11000, "E11000 duplicate key error", nil)
}

// failure is how a MongoDB answers a command that failed.
func failure(code int32, message string, labels []string) bson.D {
	reply := bson.D{{Key: "ok", Value: float64(0)}, {Key: "errmsg", Value: message}, {Key: "code", Value: code}}
	if len(labels) > 0 {
		reply = append(reply, bson.E{Key: "errorLabels", Value: labels})
	}
	return reply
}

// failed says whether the reply tells of an error, in whole or in part.
func failed(reply bson.D) bool {
	ok, _ := lookup(reply, "ok")
	return ok != float64(1) || len(list(reply, "writeErrors")) > 0
}
