package limits

import (
	"maps"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// maxErrors is how many things that are wrong with a document are told: each is
// put into words, and a document can be wrong in thousands.
const maxErrors = 20

var usualRules = sync.OnceValue(func() map[string]core.RuleFunc { return rules.NewDefaultRules().GetInner() })

// Rules are those of validation, made to stop complaining in time. They are for
// one document.
func Rules() *rules.Rules {
	told := 0
	all := &rules.Rules{}
	for _, name := range slices.Sorted(maps.Keys(usualRules())) {
		rule := usualRules()[name]
		all.AddRule(name, func(observers *core.Events, complain core.AddErrFunc) {
			rule(observers, func(options ...core.ErrorOption) {
				if told++; told <= maxErrors {
					complain(options...)
				}
			})
		})
	}
	return all
}
