package limits

// tally is what JSON holds, and how many bytes of it are the document.
type tally struct{ values, depth, document int }

func (t tally) fits() error {
	if err := over("levels of nesting in the variables", maxNesting, t.depth); err != nil {
		return err
	}
	return over("values in the variables", maxValues, t.values)
}

// small is the longest JSON that is decoded without a look at it first: nothing
// in it can be much.
const small = 8 << 10

// spare is what a request holds beside its variables: they stand two levels down.
const spare = 2

// JSON refuses a request that would be much work to decode, without decoding it:
// a megabyte can hold half a million values. level is how deep in it the fields
// of the GraphQL request stand.
func JSON(text []byte, level int) error {
	if len(text) <= small {
		return nil
	}
	t := tallyOf(text, level)
	if err := over("bytes in the document", maxText, t.document); err != nil {
		return err
	}
	t.depth -= spare
	return t.fits()
}

// tallyOf counts brackets and commas outside of strings, and the bytes of the
// document at the level; text that is no JSON counts as it may.
func tallyOf(text []byte, level int) (t tally) {
	depth, named := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
			t.depth = max(t.depth, depth)
			t.values++
		case '}', ']':
			depth--
		case ',':
			t.values++
		case '"':
			from := i + 1
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth != level {
				continue
			}
			if named {
				t.document = max(t.document, i-from)
			}
			named = string(text[from:min(i, len(text))]) == "query"
		}
	}
	return t
}

// count looks no further than the limits.
func (t *tally) count(value any, depth int) {
	t.values++
	t.depth = max(t.depth, depth)
	if depth > maxNesting || t.values > maxValues {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			t.count(child, depth+1)
		}
	case []any:
		for _, child := range v {
			t.count(child, depth+1)
		}
	}
}

func variablesFit(variables map[string]any) error {
	if len(variables) == 0 {
		return nil
	}
	var t tally
	t.count(variables, 0)
	return t.fits()
}
