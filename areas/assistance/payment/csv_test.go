package payment_test

import (
	"bytes"
	"encoding/csv"
	"testing"
	"time"

	"minzheng/areas/assistance/bank"
	"minzheng/kernel/auth"
)

func csvRows(t testing.TB, data []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func written(t testing.TB, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func timeMonth(m int) time.Month { return time.Month(m) }

func he2(township string) auth.Who { return staff("clerk", "township-clerk", township) }

func fen(s string) int64 {
	n, _ := bank.ParseAmount(s)
	return n
}

func yuan(n int64) string { return bank.Amount(n) }
