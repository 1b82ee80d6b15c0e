package errs_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"minzheng/kernel/errs"
)

func TestWhatNobodyGaveAKindIsOurFault(t *testing.T) {
	t.Parallel()
	told := errs.New(errs.Conflict, "该事项已由他人办理，请刷新后再试。")
	for _, c := range []struct {
		name string
		err  error
		want errs.Kind
	}{
		{"a foreign error", io.EOF, errs.Fault},
		{"a wrapped foreign error", fmt.Errorf("reading: %w", io.EOF), errs.Fault},
		{"one of ours", told, errs.Conflict},
		{"one of ours, wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", told)), errs.Conflict},
		{"one of ours, joined with a foreign one", errors.Join(io.EOF, told), errs.Conflict},
		{"problems of a form", errs.Problems{{Field: "name", Sentence: "请填写姓名。"}}.Err(), errs.Invalid},
		{"problems, wrapped", fmt.Errorf("saving: %w", errs.Problems{{Field: "name"}}), errs.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := errs.KindOf(c.err); got != c.want {
				t.Errorf("kind is %v, want %v", got, c.want)
			}
			if !errs.Is(c.err, c.want) {
				t.Errorf("Is does not say %v", c.want)
			}
		})
	}
}

func TestNoErrorHasNoKind(t *testing.T) {
	t.Parallel()
	if errs.Is(nil, errs.Fault) {
		t.Error("nil is said to be a fault")
	}
}

func TestAFaultTellsTheReaderNothingOfItself(t *testing.T) {
	t.Parallel()
	secret := "SELECT name FROM people_person WHERE number = 39012119790610001X"
	got := errs.Sentence(fmt.Errorf("finding person: %w", errors.New(secret)))
	if strings.Contains(got, "SELECT") || strings.Contains(got, "3901") || got == "" {
		t.Errorf("the reader is told %q", got)
	}
	if other := errs.Sentence(io.EOF); other != got {
		t.Errorf("two faults are told apart: %q and %q", got, other)
	}
}

func TestTheReaderIsToldTheSentenceAndNotWhatWrapsIt(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("case 7: %w", errs.Newf(errs.TooMany, "请 %d 分钟后再试。", 5))
	if got, want := errs.Sentence(err), "请 5 分钟后再试。"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestAllProblemsOfAFormAreToldAtOnce(t *testing.T) {
	t.Parallel()
	var p errs.Problems
	if err := p.Err(); err != nil {
		t.Fatalf("no problems are an error: %v", err)
	}
	p.Add("name", "请填写姓名。")
	p.Add("phone", "手机号要 11 位数字，以 1 开头。")
	p.Add("name", "再看看姓名。")
	if got, want := p.Of("name"), "请填写姓名。"; got != want {
		t.Errorf("of name: %q, want the first, %q", got, want)
	}
	if got := p.Of("bank"); got != "" {
		t.Errorf("of a field without problem: %q", got)
	}
	if got, want := errs.Sentence(p.Err()), "请填写姓名。 手机号要 11 位数字，以 1 开头。 再看看姓名。"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestEveryKindHasANameOfItsOwnForTheAPI(t *testing.T) {
	t.Parallel()
	seen := map[string]errs.Kind{}
	for k := errs.Fault; k <= errs.Busy; k++ {
		name := k.String()
		if other, twice := seen[name]; twice || name == "" {
			t.Errorf("kinds %d and %d are both called %q", other, k, name)
		}
		seen[name] = k
	}
}
