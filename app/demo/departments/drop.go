package departments

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"

	"minzheng/app/demo/county"
)

// AnswerFiles answers the lists of questions in DIR/out that nobody has
// answered yet, as a department that works by file does overnight: a workbook
// of the same name in DIR/in.
func AnswerFiles(c *county.County, dir string) error {
	lists, err := filepath.Glob(filepath.Join(dir, "out", "*.csv"))
	if err != nil {
		return err
	}
	for _, list := range lists {
		name := strings.TrimSuffix(filepath.Base(list), ".csv")
		if err := answerFile(c, list, filepath.Join(dir, "in", name+".xlsx")); err != nil {
			return fmt.Errorf("answering a list: %w", err)
		}
	}
	return nil
}

func answerFile(c *county.County, list, to string) error {
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	src, ok := sourceOfFile(filepath.Base(list))
	if !ok || len(rows) == 0 {
		return errors.New("no list of a source of ours")
	}
	head := append([]any{"编号", "结果"}, anys(src.Fields)...)
	book := excelize.NewFile()
	defer book.Close()
	sheet := book.GetSheetName(0)
	if err := book.SetSheetRow(sheet, "A1", &head); err != nil {
		return err
	}
	for i, row := range rows[1:] {
		line := answerRow(c, src, row)
		if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &line); err != nil {
			return err
		}
	}
	return book.SaveAs(to)
}

// answerRow answers a question: number of the question, citizen number, name,
// fields, purpose, law, case, county.
func answerRow(c *county.County, src source, row []string) []any {
	out := []any{row[0], "没有记录"}
	p, ok := c.ByNumber(row[1])
	if !ok {
		return out
	}
	file, found := src.look(c, p, question{Name: row[2], County: row[7]})
	if !found {
		return out
	}
	out[1] = "查到"
	asked := " " + row[3] + " "
	for _, f := range src.Fields {
		v := file[f]
		switch {
		case v == nil || !strings.Contains(asked, " "+f+" "):
			out = append(out, "")
		case v == true:
			out = append(out, "是")
		case v == false:
			out = append(out, "否")
		default:
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}

func sourceOfFile(name string) (source, bool) {
	for _, s := range sources() {
		if strings.HasPrefix(name, s.Code+"-") {
			return s, true
		}
	}
	return source{}, false
}

func anys(all []string) []any {
	out := make([]any, len(all))
	for i, v := range all {
		out[i] = v
	}
	return out
}
