package main

import (
	"cmp"
	"fmt"
	"strings"

	"minzheng/app"
	"minzheng/kernel/catalog"
)

// catalogSamplesCmd lists what a bureau has to set before it begins.
type catalogSamplesCmd struct {
	Dir string `arg:"" optional:"" help:"The bureau's own directory beside ours." type:"existingdir"`
}

func (c catalogSamplesCmd) Run() error {
	all, err := app.ReadCatalogue(c.Dir)
	if err != nil {
		fmt.Println(err)
		return errFound
	}
	samples := catalog.Samples(all.Services)
	fmt.Println("| 标准 | 示例值 | 依据 | 谁来定、是什么 | 用在 |\n|---|---|---|---|---|")
	for _, s := range samples {
		value := s.Example
		if s.Unit != "" && s.Example != "见表" {
			value += "（" + s.Unit + "）"
		}
		fmt.Printf("| %s | %s | %s | %s | %s |\n", s.Parameter, value, s.Law, cmp.Or(s.About, "由当地确定"), strings.Join(s.Services, "、"))
	}
	fmt.Printf("\n共 %d 项还是示例值，使用前请换成本地文件的值。\n", len(samples))
	return nil
}
