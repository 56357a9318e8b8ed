package limits

import (
	"testing"

	"veche/community/members"
	"veche/resolvers"
)

// BenchmarkPay is what a budget adds to an operation.
func BenchmarkPay(b *testing.B) {
	budgets, err := OpenBudgets(b.Context(), nil, false, nil)
	if err != nil {
		b.Fatal(err)
	}
	g := New(Bounds{Guest: 1 << 29}, schema, budgets)
	ctx := resolvers.WithRequest(b.Context(), &resolvers.Request{Device: members.Device{Address: "1.2.3.4"}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := g.pay(ctx, 1); err != nil {
			b.Fatal(err)
		}
	}
}
