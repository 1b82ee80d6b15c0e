package api
import ("testing";"sync";"time";"fmt";"slices";"net/http")
func TestTmpLoad(t *testing.T) {
	h := open(t)
	h.staff("clerk", clerk()); h.staff("clerk2", clerk())
	var tokens []string
	for i := range 50 { tokens = append(tokens, h.signIn(h.resident("李秀芬", "19790610", fmt.Sprintf("%03d", i+100)))) }
	body := application(func(m map[string]any) {
		m["members"] = []any{map[string]any{"name": "李小雨", "number": number("20140301", "200"), "relation": "女儿", "together": true}}
		m["answers"].(map[string]any)["m2"] = child()
	})
	var mu sync.Mutex; var took []time.Duration
	var wg sync.WaitGroup
	began := time.Now()
	for g := range 16 { wg.Go(func(){ for i := range 100 {
		s := time.Now()
		w := h.apply(tokens[(g*100+i)%50], fmt.Sprintf("key-%d-%d-x", g, i), body)
		if w.Code != http.StatusCreated { t.Error(w.Code, w.Body) }
		d := time.Since(s); mu.Lock(); took = append(took, d); mu.Unlock()
	}})}
	wg.Wait()
	slices.Sort(took)
	t.Logf("%.0f/s p50 %v p99 %v", 1600/time.Since(began).Seconds(), took[800], took[1584])
}
