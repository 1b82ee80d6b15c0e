package people_test

import (
	"strings"
	"testing"
	"time"

	"minzheng/kernel/people"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func TestAListOfResidentsIsReadWhateverTheOrderOfItsColumns(t *testing.T) {
	all, err := people.ReadCSV(strings.NewReader("\ufeff户号,姓名,村（社区）代码,身份证号,手机号\nh1,李秀芬,390121001001,440524188001010014,\nh1,王建军,390121001001,11010519491231002x,13800006217\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[1].Name != "王建军" || all[1].Number != "11010519491231002X" || all[1].Sex != "女" || all[1].Birth.String() != "1949-12-31" {
		t.Fatalf("got %+v", all)
	}
}

func TestEveryWrongLineIsNamedWithoutWhatStandsInIt(t *testing.T) {
	list := "姓名,身份证号,户号,村（社区）代码\n李秀芬,110105194912310021,h1,390121001001\n王,11010519491231002X,h1,3901\n赵,11010519491231002X,,390121001001\n钱,11010519491231002X,h,390121001001\n孙,11010519491231002X,h,390121001001\n"
	_, err := people.ReadCSV(strings.NewReader(list), now)
	if err == nil {
		t.Fatal("no error")
	}
	for _, line := range []string{"第 2 行", "第 3 行", "第 4 行", "第 6 行"} {
		if !strings.Contains(err.Error(), line) {
			t.Errorf("%s is not named: %v", line, err)
		}
	}
	if strings.Contains(err.Error(), "1101") || strings.Contains(err.Error(), "李秀芬") {
		t.Errorf("the error holds personal data: %v", err)
	}
	for _, bad := range []string{"", "姓名,身份证号\n", "姓名,身份证号,户号,村（社区）代码,口味\n", "姓名,姓名,身份证号,户号,村（社区）代码\n", "姓名,身份证号,户号,村（社区）代码\n\"a"} {
		if _, err := people.ReadCSV(strings.NewReader(bad), now); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("姓名,身份证号,户号,村（社区）代码\n李秀芬,11010519491231002X,h1,390121001001\n")
	f.Fuzz(func(t *testing.T, list string) {
		all, err := people.ReadCSV(strings.NewReader(list), now)
		for _, one := range all {
			if err == nil && (len(one.Number) != 18 || one.Birth == 0 && !strings.Contains(one.Number, "19700101")) {
				t.Errorf("took %+v", one)
			}
		}
	})
}
