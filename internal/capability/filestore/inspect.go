package filestore

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/jpeg" // decoders for DecodeConfig
	_ "image/png"
	"io"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"cinnabar/internal/platform/errs"
)

var (
	errType      = errs.New(errs.Unsupported, "type-not-accepted", "send a PDF, a JPEG, PNG, WebP, TIFF or BMP picture, an MP4 or WebM video, or an XLSX or CSV sheet")
	errActive    = errs.New(errs.Unsupported, "active-content", "the file holds scripts or another hidden file")
	errDamaged   = errs.New(errs.Invalid, "damaged", "the file cannot be read; make it anew")
	errPixels    = errs.New(errs.TooLarge, "too-many-pixels", "the picture has too many pixels")
	errExpansion = errs.New(errs.TooLarge, "too-large-unpacked", "the sheet is too large when it is unpacked")
)

// inspect tells the type of a content and refuses, with an *errs.Error, what must not come in.
func (s *Service) inspect(ctx context.Context, r io.ReadSeeker, size int64) (string, error) {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", err
	}
	mimeType := sniff(head[:n])
	if mimeType == "" {
		return "", errType
	}
	if limit := s.Limits.of(mimeType); size > limit {
		return "", tooLarge(limit)
	}
	switch kindOf(mimeType).group {
	case picture:
		err = s.inspectPicture(r, head[:n], size)
	case document:
		err = s.inspectPDF(ctx, r)
	case sheet:
		err = inspectSheet(r, mimeType, size)
	}
	return mimeType, err
}

func (s *Service) inspectPDF(ctx context.Context, r io.ReadSeeker) error {
	data, err := readAll(r)
	if err != nil {
		return err
	}
	return s.PDF.InspectPDF(ctx, data)
}

func readAll(r io.ReadSeeker) ([]byte, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// maxSide is the longest side of a picture, in pixels.
const maxSide = 30_000

// inspectPicture reads the picture's header only: its pixels are never unpacked here.
func (s *Service) inspectPicture(r io.ReadSeeker, head []byte, size int64) error {
	if bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return errActive
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		return errDamaged.Because(err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxSide || c.Height > maxSide || int64(c.Width)*int64(c.Height) > s.Limits.Pixels {
		return errPixels
	}
	return refuseHidden(r, size)
}

// markers begin what a browser would run if it took the file for a page.
var markers = []string{"<script", "<!doctype", "<html>", "<html ", "<svg ", "<iframe", "<?php", "<body "}

// overlap keeps markers whole that lie across two reads.
const overlap = 16

// refuseHidden looks for a page inside the content, and for an archive at its end.
func refuseHidden(r io.ReadSeeker, size int64) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	buf, kept := make([]byte, 64<<10), 0
	for left := size; ; {
		n, err := io.ReadFull(r, buf[kept:])
		left -= int64(n)
		text := bytes.ToLower(buf[:kept+n])
		for _, m := range markers {
			if bytes.Contains(text, []byte(m)) {
				return errActive
			}
		}
		if left <= 0 || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return refuseArchive(buf[:kept+n])
		}
		if err != nil {
			return err
		}
		kept = copy(buf, buf[kept+n-overlap:kept+n])
	}
}

// refuseArchive finds the end of a ZIP central directory (APPNOTE 4.3.16).
func refuseArchive(tail []byte) error {
	if bytes.Contains(tail, []byte("PK\x05\x06")) {
		return errActive
	}
	return nil
}

// Limits of a packed sheet.
const (
	maxEntries  = 2000
	maxUnpacked = 200 << 20
	maxRatio    = 200
)

func inspectSheet(r io.ReadSeeker, mimeType string, size int64) error {
	data, err := readAll(r)
	if err != nil {
		return err
	}
	if mimeType == mimeCSV {
		return inspectText(data)
	}
	z, err := zip.NewReader(bytes.NewReader(data), size)
	if err != nil {
		return errDamaged.Because(err)
	}
	return inspectWorkbook(z, size)
}

// inspectWorkbook refuses other archives, macros and bombs by the archive's directory. Whoever unpacks
// the entries must still bound them: a directory may lie.
func inspectWorkbook(z *zip.Reader, size int64) error {
	var unpacked uint64
	workbook := false
	for _, f := range z.File {
		unpacked += f.UncompressedSize64
		if unpacked > maxUnpacked || unpacked > uint64(size)*maxRatio || len(z.File) > maxEntries {
			return errExpansion
		}
		name := strings.ToLower(f.Name)
		workbook = workbook || name == "xl/workbook.xml"
		if strings.Contains(name, "vbaproject") || strings.HasPrefix(name, "xl/embeddings/") || strings.HasPrefix(name, "xl/activex/") {
			return errActive
		}
	}
	if !workbook {
		return errType
	}
	return nil
}

// inspectText accepts plain text; pages and drawings are text too, but begin or act otherwise.
func inspectText(data []byte) error {
	if !looksLikeText(data) {
		return errType
	}
	begin := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if bytes.HasPrefix(begin, []byte("<")) {
		return errType
	}
	lower := bytes.ToLower(data)
	for _, m := range markers {
		if bytes.Contains(lower, []byte(m)) {
			return errActive
		}
	}
	return nil
}
