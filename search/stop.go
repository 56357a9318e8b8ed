package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
)

// common are words that say nothing by themselves.
var common = stopWords(en.EnglishStopWords, ru.RussianStopWords, []byte("это\nэта\nэти\nвесь\nкоторый\nкоторая\nкоторое\nкоторые\nтакже\nvia"))

// asking are the stems of words by which an idea or a question begins, and that
// say nothing of what it is about.
var asking = stemsOf(`
	add added allow ability able able enable make please want wish would like could should need support feature option
	provide implement improve improvement better let give possible possibility idea request suggestion suggest proposal
	propose problem issue question get use using
	добавить добавьте добавление сделать сделайте делать дать дайте ввести введите внедрить реализовать реализация
	хочу хотелось хочется нужно нужен нужна нужны надо необходимо можно возможность возможно пожалуйста просьба прошу
	предлагаю предложение предложить давайте разрешить разрешите позволить поддержка поддержать улучшить улучшение
	функция идея проблема вопрос использовать использование чтобы`)

func stopWords(lists ...[]byte) map[string]bool {
	out := map[string]bool{}
	for _, list := range lists {
		m := analysis.NewTokenMap()
		if err := m.LoadBytes(list); err != nil {
			panic(err) // they are part of the program
		}
		for entry := range m {
			out[strings.ReplaceAll(fold(entry), "'", "")] = true
		}
	}
	return out
}

func stemsOf(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words(text) {
		out[w.stem] = true
	}
	return out
}

// telling answers the words that say something, each stem once, most at most.
// If there are none, it takes the common ones too: titles may be made of them.
func telling(found []word, most int, idle func(word) bool) []word {
	for _, skip := range []func(word) bool{idle, isCommon, func(word) bool { return false }} {
		var out []word
		seen := map[string]bool{}
		for _, w := range found {
			if !skip(w) && !seen[w.stem] && len(out) < most {
				seen[w.stem] = true
				out = append(out, w)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func isCommon(w word) bool { return common[w.form] }

func isIdle(w word) bool { return isCommon(w) || asking[w.stem] }
