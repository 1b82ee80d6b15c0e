package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Change is a value that a bureau lays into a parameter after the file was
// written.
type Change struct {
	Parameter string  `yaml:"parameter" json:"parameter"`
	Region    string  `yaml:"region" json:"region"`
	From      string  `yaml:"from" json:"from"`
	Until     string  `yaml:"until" json:"until,omitempty"`
	Value     Written `yaml:"value" json:"value"`
	Source    string  `yaml:"source" json:"source"`
	Corrects  bool    `yaml:"corrects" json:"corrects,omitempty"` // takes the place of the region's value from the same day
}

// lay adds values to the parameters as if they stood in the file.
func (f *File) lay(changes []Change) error {
	var wrong []error
	for _, c := range changes {
		p := f.Parameters[c.Parameter]
		switch {
		case p == nil:
			wrong = append(wrong, fmt.Errorf("没有参数 %s", c.Parameter))
			continue
		case len(p.By) > 0:
			wrong = append(wrong, fmt.Errorf("参数 %s 是一张表，不能只改一个值", c.Parameter))
			continue
		}
		region := cmp.Or(c.Region, Nation)
		if c.Corrects {
			p.Values = slices.DeleteFunc(p.Values, func(o *Dated) bool {
				return o != nil && o.From == c.From && cmp.Or(o.Region, Nation) == region
			})
		}
		p.Values = append(p.Values, &Dated{From: c.From, Until: c.Until, Region: region, Value: c.Value, Source: c.Source})
	}
	return errors.Join(wrong...)
}
