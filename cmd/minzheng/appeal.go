package main

import (
	"fmt"
	"io"
	"os"

	"minzheng/kernel/appeal"
)

// appealVerifyCmd checks the file of an appeal. It exits with 0 only when it is
// signed and nothing in it was changed, added or taken away.
type appealVerifyCmd struct {
	File string `arg:"" help:"The file (ZIP)." type:"existingfile"`
	Key  string `help:"Public key in PEM that must have signed." type:"existingfile"`
}

// Run says what is wrong, one line each.
func (c appealVerifyCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, appeal.MostBytes+1))
	if err != nil {
		return usageError{err}
	}
	if len(b) > appeal.MostBytes {
		fmt.Println("格式：文件太大，不是案卷")
		return errFound
	}
	var key []byte
	if c.Key != "" {
		if key, err = os.ReadFile(c.Key); err != nil {
			return usageError{err}
		}
	}
	v := appeal.Verify(b, key)
	for _, one := range v.Wrong {
		fmt.Println(one)
	}
	if len(v.Wrong) > 0 {
		return errFound
	}
	m := v.Manifest
	fmt.Printf("签名：对。公钥指纹 %s\n", v.KeyID)
	if key == nil {
		fmt.Println("　　　公钥取自文件本身：请和民政局公布的指纹核对，或者用 --key 给出公钥")
	}
	fmt.Printf("内容：对。%d 个文件，一个不多，一个不少，都没有改过\n", len(m.Files))
	fmt.Printf("案卷：%s，决定 %s，%s 装订\n", m.Bureau, m.Decision, m.Opened.Local().Format("2006-01-02 15:04"))
	return nil
}
