package filestore

import (
	"bytes"
	"mime"
	"strings"
)

// Types that are accepted.
const (
	mimePDF  = "application/pdf"
	mimeJPEG = "image/jpeg"
	mimePNG  = "image/png"
	mimeWebP = "image/webp"
	mimeTIFF = "image/tiff"
	mimeBMP  = "image/bmp"
	mimeMP4  = "video/mp4"
	mimeWebM = "video/webm"
	mimeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mimeCSV  = "text/csv"
)

type group int

const (
	other group = iota
	picture
	document
	video
	sheet
)

// kind is what is known of a type.
type kind struct {
	group      group
	inline     bool     // may be shown in a page
	extensions []string // the first is added to names that have none of them
}

func kindOf(mimeType string) kind {
	switch mimeType {
	case mimePDF:
		return kind{document, true, []string{".pdf"}}
	case mimeJPEG:
		return kind{picture, true, []string{".jpg", ".jpeg"}}
	case mimePNG:
		return kind{picture, true, []string{".png"}}
	case mimeWebP:
		return kind{picture, true, []string{".webp"}}
	case mimeTIFF:
		return kind{picture, false, []string{".tif", ".tiff"}}
	case mimeBMP:
		return kind{picture, false, []string{".bmp"}}
	case mimeMP4:
		return kind{video, true, []string{".mp4", ".m4v", ".mov"}}
	case mimeWebM:
		return kind{video, true, []string{".webm"}}
	case mimeXLSX:
		return kind{sheet, false, []string{".xlsx"}}
	case mimeCSV:
		return kind{sheet, false, []string{".csv", ".txt"}}
	}
	return kind{}
}

// of is the limit for a type as its sender names it; for an unknown one, the largest of all.
func (l Limits) of(declared string) int64 {
	mimeType, _, _ := mime.ParseMediaType(declared)
	switch kindOf(mimeType).group {
	case picture:
		return l.Picture
	case document:
		return l.PDF
	case video:
		return l.Video
	case sheet:
		return l.Sheet
	}
	return l.MaxUpload()
}

// headSize is how much of a file sniff needs, in bytes.
const headSize = 4096

// sniff tells the type of a content by its first bytes; empty for what is not accepted.
func sniff(head []byte) string {
	has := func(prefix string) bool { return bytes.HasPrefix(head, []byte(prefix)) }
	switch {
	case has("%PDF-"):
		return mimePDF
	case has("\xff\xd8\xff"):
		return mimeJPEG
	case has("\x89PNG\r\n\x1a\n"):
		return mimePNG
	case has("RIFF") && len(head) >= 12 && string(head[8:12]) == "WEBP":
		return mimeWebP
	case has("II*\x00"), has("MM\x00*"):
		return mimeTIFF
	case has("BM") && len(head) >= 18 && head[6]|head[7]|head[8]|head[9] == 0:
		return mimeBMP
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return mimeMP4
	case has("\x1a\x45\xdf\xa3") && bytes.Contains(head, []byte("webm")):
		return mimeWebM
	case has("PK\x03\x04"):
		return mimeXLSX // or another ZIP; inspectSheet tells
	case looksLikeText(head):
		return mimeCSV
	}
	return ""
}

// looksLikeText tells whether head has none of the bytes that no text has.
func looksLikeText(head []byte) bool {
	return len(head) > 0 && !bytes.ContainsFunc(head, func(r rune) bool { return r < 0x20 && !strings.ContainsRune("\t\r\n", r) })
}
