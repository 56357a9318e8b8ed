package search

import (
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	index "github.com/blevesearch/bleve_index_api"
)

// shape names how documents are indexed. An index of another shape is built
// anew: change it with the words, the stems or the fields.
const shape = "1"

// The fields of a document in the index. Texts are there twice: by their stems,
// and by the forms of their words, for what is typed but in part or with a slip.
const (
	fieldKind       = "kind"
	fieldPlace      = "place"
	fieldTitle      = "title"
	fieldTitleForms = "titleForms"
	fieldBody       = "body"
	fieldBodyForms  = "bodyForms"
	fieldTags       = "tags"
	fieldAt         = "at"
)

// longestBody is how many bytes of a body are indexed.
const longestBody = 64 << 10

// Document is what can be found.
type Document struct {
	ID string
	// Kind says what it is, and Place where: who may not see the place does not
	// find it.
	Kind, Place string
	Title       string
	// Body is plain text.
	Body string
	Tags []string
	At   time.Time
}

// fields is the document as the index takes it.
func (d Document) fields() map[string]any {
	tags := make([]any, len(d.Tags))
	for i, tag := range d.Tags {
		tags[i] = tag
	}
	return map[string]any{
		fieldKind: d.Kind, fieldPlace: d.Place, fieldTitle: d.Title,
		fieldBody: d.Body[:min(len(d.Body), longestBody)], fieldTags: tags, fieldAt: float64(d.At.UnixMilli()),
	}
}

// The names of the analysers, which are kept in the index.
const (
	byStem = "veche.stem"
	byForm = "veche.form"
	whole  = "veche.whole"
)

// analyser makes terms of a text.
type analyser func(text string) []string

// Analyze is what bleve asks for.
func (a analyser) Analyze(text []byte) analysis.TokenStream {
	terms := a(string(text))
	out := make(analysis.TokenStream, len(terms))
	for i, term := range terms {
		out[i] = &analysis.Token{Term: []byte(term), Position: i + 1, Type: analysis.AlphaNumeric}
	}
	return out
}

func init() {
	for name, a := range map[string]analyser{
		byStem: func(text string) []string { return terms(text, func(w word) string { return w.stem }) },
		byForm: func(text string) []string { return terms(text, func(w word) string { return w.form }) },
		whole:  func(text string) []string { return []string{text} },
	} {
		err := registry.RegisterAnalyzer(name, func(map[string]any, *registry.Cache) (analysis.Analyzer, error) { return a, nil })
		if err != nil {
			panic(fmt.Sprintf("search: %v", err)) // two of one name: a programming error
		}
	}
}

func terms(text string, of func(word) string) []string {
	found := words(text)
	out := make([]string, len(found))
	for i, w := range found {
		out[i] = of(w)
	}
	return out
}

func newMapping() *mapping.IndexMappingImpl {
	doc := bleve.NewDocumentStaticMapping()
	for name, analyser := range map[string]string{fieldKind: whole, fieldPlace: whole, fieldTags: byStem} {
		doc.AddFieldMappingsAt(name, text(name, analyser))
	}
	doc.AddFieldMappingsAt(fieldTitle, text(fieldTitle, byStem), text(fieldTitleForms, byForm))
	doc.AddFieldMappingsAt(fieldBody, text(fieldBody, byStem), text(fieldBodyForms, byForm))
	at := bleve.NewNumericFieldMapping()
	at.Name, at.Store, at.Index, at.IncludeInAll, at.DocValues = fieldAt, false, false, false, true
	doc.AddFieldMappingsAt(fieldAt, at)
	m := bleve.NewIndexMapping()
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = doc, byStem, index.BM25Scoring
	m.StoreDynamic, m.IndexDynamic, m.DocValuesDynamic = false, false, false
	return m
}

// text is a field that is found by its terms and keeps nothing else.
func text(name, analyser string) *mapping.FieldMapping {
	f := bleve.NewTextFieldMapping()
	f.Name, f.Analyzer = name, analyser
	f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = false, false, false, false
	return f
}
