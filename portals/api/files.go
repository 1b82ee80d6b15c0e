package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"minzheng/kernel/auth"
	"minzheng/kernel/db"
	"minzheng/kernel/errs"
)

const uploadPath = "/files"

type uploadIn struct{ r *http.Request }

// Resolve keeps the request: its body is read as it comes and never held whole.
func (in *uploadIn) Resolve(ctx huma.Context) []error {
	in.r, _ = humago.Unwrap(ctx)
	return nil
}

type uploadOut struct {
	Body struct {
		ID   string `json:"id" doc:"交申请或办理时写在 papers 的 file 里"`
		Type string `json:"type"`
		Size int64  `json:"size"`
	}
}

func paperBody() *huma.RequestBody {
	raw := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	return &huma.RequestBody{Required: true, Description: "照片或 PDF，最多 10 MB：直接放在请求里，或用 multipart 的 file 一项。", Content: map[string]*huma.MediaType{
		"image/jpeg": raw, "image/png": raw, "image/webp": raw, "application/pdf": raw, "application/octet-stream": raw,
		"multipart/form-data": {Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{"file": {Type: "string", Format: "binary"}}}},
	}}
}

func (p *Portal) files() {
	offer(p, deed{id: "upload", method: http.MethodPost, path: uploadPath, title: "上传一份材料", status: http.StatusCreated,
		about: "是什么文件看内容，不看名字。图片会重画一遍，去掉里面的位置和隐藏信息。"}, p.upload)
	// Only now, or Huma would read the body itself.
	p.api.OpenAPI().Paths[uploadPath].Post.RequestBody = paperBody()
}

// upload stores a paper before anything is written: only its row is in the
// transaction.
func (p *Portal) upload(ctx context.Context, in *uploadIn) (*uploadOut, error) {
	who, err := anybody(ctx)
	if err != nil {
		return nil, err
	}
	name, body, err := paperOf(in.r)
	if err != nil {
		return nil, err
	}
	blob, err := p.Files.Put(ctx, name, body)
	if err != nil {
		return nil, err
	}
	out := &uploadOut{}
	err = p.Desk.DB.Do(ctx, func(tx *db.Tx) error {
		f, err := p.Files.Add(ctx, tx, blob.File(owner(who), who.Account))
		out.Body.ID, out.Body.Type, out.Body.Size = f.ID, f.Type, f.Size
		return err
	})
	return out, err
}

// owner is the subject of papers that belong to no case yet.
func owner(who auth.Who) string {
	if who.Kind == auth.Citizen {
		return "upload/" + who.Person
	}
	return "upload/" + who.Account
}

// paperOf returns the paper of a request: its body, or the part called file.
func paperOf(r *http.Request) (name string, body io.Reader, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return "", r.Body, nil
	}
	lacks := errs.Problems{{Field: "file", Sentence: "请把材料放在名叫 file 的一项里。"}}
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, lacks
	}
	for {
		part, err := parts.NextPart()
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return "", nil, err
		}
		if err != nil {
			return "", nil, lacks
		}
		if part.FormName() == "file" {
			return part.FileName(), part, nil
		}
	}
}
