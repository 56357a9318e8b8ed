package limits

import "strings"

// nesting is how deep the brackets of a document stand in each other. It reads
// strings and comments as the parser's lexer does, and stops where that would
// stop with an error: behind it nothing is parsed.
func nesting(text string) (deepest int) {
	for depth, i := 0, 0; i < len(text) && i >= 0; i++ {
		switch text[i] {
		case '{', '[', '(':
			depth++
			deepest = max(deepest, depth)
		case '}', ']', ')':
			depth = max(depth-1, 0)
		case '#':
			i = commentEnd(text, i)
		case '"':
			if i = stringEnd(text, i); i < 0 {
				return deepest
			}
		}
	}
	return deepest
}

// commentEnd is the last place of the comment that begins at i: any control
// character but a tab ends it.
func commentEnd(text string, i int) int {
	for i+1 < len(text) && (text[i+1] > 0x1f || text[i+1] == '\t') {
		i++
	}
	return i
}

// stringEnd is the last place of the string that begins at i; -1 for one that
// does not end.
func stringEnd(text string, i int) int {
	if strings.HasPrefix(text[i:], `"""`) {
		return blockEnd(text, i+3)
	}
	for i++; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i
		case '\n', '\r':
			return -1
		case '\\':
			i++
		}
	}
	return -1
}

// blockEnd is the last place of the block string whose text begins at i. Of more
// than three quotes in a row the last three end it.
func blockEnd(text string, i int) int {
	for i < len(text) {
		switch {
		case strings.HasPrefix(text[i:], `\"""`):
			i += 4
		case strings.HasPrefix(text[i:], `"""`):
			for i < len(text) && text[i] == '"' {
				i++
			}
			return i - 1
		default:
			i++
		}
	}
	return -1
}
