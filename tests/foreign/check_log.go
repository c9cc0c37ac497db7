// Checks a transparency log with golang.org/x/mod/sumdb, the code that guards Go's own module checksums.
//
//	check_log <folder of the log> <folder of texts with proofs> <earlier checkpoint> ...
//
// Opens the checkpoint's note with the published key, recomputes the root from the entries, compares it with the root
// that the tiles give, has every proof beside a text checked, and that the log continues each earlier checkpoint.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

type head struct {
	origin string
	size   int64
	root   tlog.Hash
}

func must(err error, doing string) {
	if err != nil {
		log.Fatalf("%s: %v", doing, err)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err, "read")
	return data
}

func openHead(data []byte, verifier note.Verifier) head {
	opened, err := note.Open(data, note.VerifierList(verifier))
	must(err, "open the checkpoint's note")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	if lines[0] != verifier.Name() {
		log.Fatalf("origin %q is not the key's name", lines[0])
	}
	return head{lines[0], size, root}
}

// part returns the bytes of a tile or bundle of which `count` things exist at its level.
func part(folder string, level string, number, count int64) []byte {
	name := fmt.Sprintf("%03d", number)
	path := filepath.Join(folder, "tile", level, name)
	if rest := count - number*width; rest < width {
		path = filepath.Join(folder, "tile", level, name+".p", strconv.FormatInt(rest, 10))
	}
	return read(path)
}

func entries(folder string, size int64) [][]byte {
	var found [][]byte
	for number := int64(0); number*width < size; number++ {
		data := part(folder, "entries", number, size)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			found = append(found, data[2:2+length])
			data = data[2+length:]
		}
	}
	if int64(len(found)) != size {
		log.Fatalf("the bundles hold %d entries, the checkpoint says %d", len(found), size)
	}
	return found
}

// tiles is a tlog.TileReader over the files as they are published.
type tiles struct{ folder string }

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(ts []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, one := range ts {
		path := strings.Replace(one.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			data, err = os.ReadFile(filepath.Join(t.folder, strings.Split(path, ".p/")[0]))
			if err == nil {
				data = data[:one.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func checkProofs(texts string, verifier note.Verifier, all [][]byte) int {
	paths, err := filepath.Glob(filepath.Join(texts, "*.tlog-proof"))
	must(err, "glob")
	for _, path := range paths {
		top, rest, _ := strings.Cut(string(read(path)), "\n\n")
		lines := strings.Split(top, "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" {
			log.Fatalf("%s: another form", path)
		}
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
		must(err, path)
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			raw, err := base64.StdEncoding.DecodeString(line)
			must(err, path)
			var one tlog.Hash
			copy(one[:], raw)
			proof = append(proof, one)
		}
		at := openHead([]byte(rest), verifier)
		must(tlog.CheckRecord(proof, at.size, at.root, index, tlog.RecordHash(all[index])), path)
	}
	return len(paths)
}

func main() {
	folder, texts, earlier := os.Args[1], os.Args[2], os.Args[3:]
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(filepath.Join(folder, "vkey")))))
	must(err, "key")
	now := openHead(read(filepath.Join(folder, "checkpoint")), verifier)
	all := entries(folder, now.size)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for number, entry := range all {
		more, err := tlog.StoredHashes(int64(number), entry, reader)
		must(err, "hash")
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(now.size, reader)
	must(err, "root")
	if root != now.root {
		log.Fatalf("the entries give root %v, the checkpoint says %v", root, now.root)
	}
	published := tlog.TileHashReader(tlog.Tree{N: now.size, Hash: now.root}, tiles{folder})
	proofs := checkProofs(texts, verifier, all)
	for _, path := range earlier {
		before := openHead(read(path), verifier)
		proof, err := tlog.ProveTree(now.size, before.size, published)
		must(err, "prove from the tiles")
		must(tlog.CheckTree(proof, now.size, now.root, before.size, before.root), path)
	}
	for number := int64(0); number < now.size; number++ {
		proof, err := tlog.ProveRecord(now.size, number, published)
		must(err, "prove an entry from the tiles")
		must(tlog.CheckRecord(proof, now.size, now.root, number, tlog.RecordHash(all[number])), "entry")
	}
	fmt.Printf("size %d, proofs %d, earlier heads %d\n", now.size, proofs, len(earlier))
}
