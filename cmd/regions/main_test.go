package main

import (
	"os"
	"path/filepath"
	"testing"

	"minzheng/kernel/region"
)

func TestPackageFilesBecomeOneTable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, data := range map[string]string{
		"provinces.json": `[{"code":"44","name":"广东省"}]`,
		"cities.json":    `[{"code":"4419","name":"东莞市","provinceCode":"44"},{"code":"4401","name":"广州市","provinceCode":"44"}]`,
		"areas.json":     `[{"code":"441900","name":"东莞市","cityCode":"4419"},{"code":"440103","name":"荔湾区","cityCode":"4401"}]`,
		"streets.json":   `[{"code":"441900003","name":"东城街道","areaCode":"441900"},{"code":"440103001","name":"沙面街道","areaCode":"440103"},{"code":"440103000","name":"荔湾区","areaCode":"440103"}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "table.gz")
	if n, err := renew(dir, out, "test", "2023-06-30"); err != nil || n != 9 {
		t.Fatalf("renew wrote %d places, %v; want 9", n, err)
	}
	first, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := renew(dir, out, "test", "2023-06-30"); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(out); err != nil || string(again) != string(first) {
		t.Errorf("the second table differs from the first (%v)", err)
	}
	places, err := convert(dir)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := region.New(places...)
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.FullName("441900003"); got != "东莞市东城街道" {
		t.Errorf("the township without county is called %s", got)
	}
}

func TestMissingFileIsTold(t *testing.T) {
	t.Parallel()
	if _, err := renew(t.TempDir(), filepath.Join(t.TempDir(), "x"), "test", "2023-06-30"); err == nil {
		t.Error("a table was made of nothing")
	}
}
