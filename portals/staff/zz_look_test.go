package staff_test
import ("testing";"time";"os";"net/url";"fmt";"minzheng/kernel/db";"minzheng/kernel/file";"minzheng/kernel/casework";"bytes")
func TestZZLook(t *testing.T) {
	if os.Getenv("LOOK")=="" { t.Skip() }
	h := open(t)
	names := []string{"赵玉琴","孙国平","吴桂英","马小军","何大壮","陈春梅","周启明","徐文彬"}
	for i, n := range names { h.wage=int64(60000+i*20000); c := h.apply(n, village, i%2==0); c=h.reassign(c,"he"); if i%3!=0 { h.step(c,"check") } ; h.at(h.now.Load().Add(26*time.Hour)) }
	h.wage=198000
	c := h.apply("李秀芬", village, true); c=h.reassign(c,"he")
	c = h.act(c,"he","township-clerk","accept","")
	b, err := h.files.Put(t.Context(),"工资流水.png",bytes.NewReader(picture(60))); h.must(err)
	h.do(func(tx *db.Tx) error { f, err := h.files.Add(t.Context(),tx,b.File(c.Subject(),"x")); if err!=nil {return err}; _ = file.MostBytes
		_, err = tx.Exec(t.Context(), `INSERT INTO casework_paper (case_id, file, material, by_name, at) VALUES (?,?,?,?,?)`, c.ID, f.ID, "income", "李秀芬", db.Millis(tx.Now)); return err })
	v := h.step(h.apply("王梅", village, false),"visit"); v = h.reassign(v,"he")
	rv := h.step(h.apply("刘大山", village, false),"review")
	h.wage=50000
	cf := h.step(h.apply("田小燕", village, true),"review")
	h.do(func(tx *db.Tx) error { return h.desk.ConsentOnPaper(t.Context(),tx,cf.ID,"m2",casework.System)}); h.must(h.queue.RunDue(t.Context()))
	rj := h.act(rv,"ding","township-head","oppose","收入高于标准")
	s := h.act(h.find(cf.ID),"ding","township-head","propose","情况属实，建议同意。")
	for range 30 { h.open("批量甲", village, false) }
	sup := h.apply("补材料", village, false)
	h.as(map[bool]string{true:"he",false:"gao"}[sup.Assignee==h.accounts["he"]]).post(at(sup)+"/acts/supplement", url.Values{"revision":{revision(sup)},"supplement.lacks":{"income","illness"},"supplement.more":{"户口簿首页"}})
	fmt.Println("URL",h.url); fmt.Println("li",at(c)); fmt.Println("visit",at(v)); fmt.Println("county",at(rj)); fmt.Println("pub",at(s)); fmt.Println("sup",at(sup))
	os.WriteFile("/tmp/look.txt",[]byte(h.url+"\n"+at(c)+"\n"+at(v)+"\n"+at(rj)+"\n"+at(s)+"\n"+at(sup)+"\n"),0o644)
	for range 1800 { time.Sleep(time.Second); if _, err := os.Stat("/tmp/look.stop"); err==nil { return } }
}
