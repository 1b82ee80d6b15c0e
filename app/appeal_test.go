package app_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minzheng/app/demo/county"
	"minzheng/kernel/appeal"
	"minzheng/kernel/casework"
	"minzheng/kernel/db"
)

// decided is 赵玉琴's family with its decision, and the clerk who made it.
func decided(t *testing.T, h *house) (casework.Case, *visitor) {
	t.Helper()
	c := proposed(t, h)
	h.later(9 * day)
	v, p := at(t, h, holder(t, h, c), c)
	v.press(p, "同意", "reason", "情况属实，同意").must(t, 200, "复议和诉讼")
	return c, v
}

// unzipped are the files of a bundle.
func unzipped(t *testing.T, b string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(body)
	}
	return all
}

// zipped is a bundle of files.
func zipped(t *testing.T, all map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range all {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnAppealOpensAFileThatNothingChangesAfterwards(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c, v := decided(t, h)
		resident := h.resident(county.ZhaoYuqin)
		resident.get("/my/cases/"+string(c.ID)).must(t, 200, "不同意，您可以", "清溪县人民政府", "清溪县人民法院", "还有 ")
		here := "/staff/cases/" + string(c.ID) + "/appeals"
		p := v.get(here).must(t, 200, "登记一件复议、诉讼", "行政复议法 第20条")
		v.press(p, "登记，封存案卷", "way", "review", "body", "", "number", "1").must(t, 422, "请写是哪个机关")
		served := text(t, h, `SELECT day FROM casework_decision`)
		p = v.press(p, "登记，封存案卷", "way", "review", "body", "清溪县人民政府", "number", "清政复〔2026〕7号", "served", served).must(t, 200, "案卷已经封存", "要答复")
		v.press(p, "登记，封存案卷", "way", "review", "body", "清溪县人民政府", "number", "清政复〔2026〕7号", "served", served).must(t, 422, "已经登记过了")
		v.get("/staff/appeals").must(t, 200, "赵玉琴", "清政复〔2026〕7号")
		at := p.Find("a[href$='file.zip']").First().AttrOr("href", "")
		first := v.get(at).must(t, 200).raw
		files := unzipped(t, first)
		for _, name := range []string{"index.html", "decision.json", "facts.json", "results.json", "receipts.json", "papers.json", "timeline.json", "looks.json", "letters.json",
			"letters/01.pdf", "rules/rules.yaml", "rules/service.yaml", "manifest.json", "signature.json"} {
			if files[name] == "" {
				t.Errorf("%s is not in the file", name)
			}
		}
		for _, word := range []string{"赵玉琴", "人均月收入", "低保标准", "示例文件〔2025〕1号", "批准", "入户", "公安", "清政复〔2026〕7号"} {
			if !strings.Contains(files["index.html"], word) {
				t.Errorf("the first page does not say %s", word)
			}
		}
		if strings.Contains(files["index.html"], "登记行政复议") {
			t.Error("what came after the decision is in the file")
		}
		h.everythingChanges(t, c)
		if again := v.get(at).must(t, 200).raw; again != first {
			t.Error("the file has changed")
		}
		h.tampered(t, files, first)
	})
}

// everythingChanges has facts, rules, papers, letters and members be others.
func (h *house) everythingChanges(t *testing.T, c casework.Case) {
	t.Helper()
	err := h.DB.Do(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{`DELETE FROM casework_told`, `UPDATE casework_definition SET files = '{}'`, `DELETE FROM casework_paper`, `DELETE FROM casework_letter`,
			`UPDATE casework_member SET name = '别人'`, `DELETE FROM exchange_receipt`} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tampered has the verifier find whatever is changed, added or taken away.
func (h *house) tampered(t *testing.T, files map[string]string, whole string) {
	t.Helper()
	key := h.visitor().get("/public/decision-key.pem").must(t, 200).raw
	if v := appeal.Verify([]byte(whole), []byte(key)); len(v.Wrong) > 0 {
		t.Fatalf("the file does not verify: %v", v.Wrong)
	}
	other := func(change func(map[string]string)) map[string]string {
		all := map[string]string{}
		for k, b := range files {
			all[k] = b
		}
		change(all)
		return all
	}
	for name := range files {
		for what, changed := range map[string]map[string]string{
			"changed": other(func(m map[string]string) { m[name] = m[name] + " " }),
			"gone":    other(func(m map[string]string) { delete(m, name) }),
		} {
			if what == "changed" && name == "signature.json" {
				continue // a space after the JSON says the same
			}
			if v := appeal.Verify(zipped(t, changed), nil); len(v.Wrong) == 0 {
				t.Errorf("%s is %s and nobody sees it", name, what)
			}
		}
	}
	if v := appeal.Verify(zipped(t, other(func(m map[string]string) { m["papers/99.jpg"] = "more" })), nil); len(v.Wrong) == 0 {
		t.Error("something was added and nobody sees it")
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "file.zip")
	if err := os.WriteFile(good, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := ran(t, "appeal", "verify", good); code != 0 || !strings.Contains(out, "内容：对。") {
		t.Errorf("the command: exit %d\n%s", code, out)
	}
	if err := os.WriteFile(good, []byte(whole[:len(whole)/2]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := ran(t, "appeal", "verify", good); code != 1 {
		t.Errorf("half a file: exit %d\n%s", code, out)
	}
}

func TestANewDecisionThatWasOrderedIsACaseOfItsOwn(t *testing.T) {
	engines(t, func(t *testing.T, h *house) {
		c, v := decided(t, h)
		here := "/staff/cases/" + string(c.ID) + "/appeals"
		served := text(t, h, `SELECT day FROM casework_decision`)
		p := v.press(v.get(here), "登记，封存案卷", "way", "suit", "body", "清溪县人民法院", "number", "（2026）行初3号", "served", served).must(t, 200, "行政诉讼")
		id := text(t, h, `SELECT id FROM appeal_appeal`)
		p = v.press(p, "已经答复", "answered-"+id, "1999-01-01").must(t, 422, "请写哪天答复的")
		p = v.press(p, "已经答复", "answered-"+id, served).must(t, 200, "已答复，等结果")
		v.press(p, "记下结果", "outcome-"+id, "anew", "decided-"+id, served).must(t, 422, "请写对方怎么说的")
		p = v.press(p, "记下结果", "outcome-"+id, "anew", "decided-"+id, served, "note-"+id, "事实不清。").must(t, 200, "重新办的那一件已经打开", "撤销，责令重新作出")
		v.get(p.Find("a:contains('看重新办的那一件')").AttrOr("href", "")).must(t, 200, "赵玉琴")
		v.get("/staff/appeals").must(t, 200, "没有复议和诉讼")
		h.resident(county.ZhaoYuqin).get("/my/cases/"+string(c.ID)).must(t, 200, "行政诉讼", "撤销，责令重新作出")
		if n := text(t, h, `SELECT CAST(COUNT(*) AS TEXT) FROM casework_case WHERE again = '`+string(c.ID)+`'`); n != "1" {
			t.Errorf("%s cases are opened anew, want 1", n)
		}
		h.resident(county.ChenDashan).get("/staff/appeals").must(t, 200, "工作人员登录").mustNot(t, "赵玉琴")
	})
}
