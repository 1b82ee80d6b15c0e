package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to create and drop the databases

	"minzheng/kernel/db"
)

// errMissing says that this machine has no PostgreSQL.
var errMissing = errors.New("PostgreSQL is not installed")

// shared is the one server of this test binary, started by the first test that
// wants it.
var shared = sync.OnceValues(start)

// Lacks skips a test for want of a part of the machine, and says which. Where
// everything must run, as in make test (MINZHENG_TESTS=whole), it fails instead.
func Lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("MINZHENG_TESTS") == "whole" {
		t.Fatal("cannot run: " + what)
	}
	t.Skip("skipped: " + what)
}

// DSN returns the address of a fresh, empty PostgreSQL database, for tests that
// start the program as a process. It is dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if errors.Is(err, errMissing) {
		Lacks(t, err.Error())
	}
	if err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	name := "t" + strings.ReplaceAll(db.NewID(), "-", "")
	if _, err := s.admin.Exec(`CREATE DATABASE ` + name + ` TEMPLATE template0`); err != nil {
		t.Fatalf("creating a database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("dropping the database: %v", err)
		}
	})
	return s.dsn(name)
}

type server struct {
	dir   string   // socket, data and log
	alive *os.File // held open as long as this process lives
	admin *sql.DB
}

func (s *server) dsn(name string) string {
	return "postgres:///" + name + "?host=" + s.dir + "&user=postgres&sslmode=disable"
}

// script runs the server until its standard input ends, which it does when the
// test binary is gone, whether finished, failed or killed.
const script = `"$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c max_connections=500 -c shared_buffers=32MB -c jit=off </dev/null >"$2/log" 2>&1 &
pid=$!
cat >/dev/null
kill -INT $pid
wait $pid
rm -rf "$2"`

func start() (*server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := home(owner)
	if err != nil {
		return nil, fmt.Errorf("making a directory: %w", err)
	}
	init := as(owner, dir, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
		"-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	read, alive, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	run := as(owner, dir, "/bin/sh", "-c", script, "sh", filepath.Join(bin, "postgres"), dir)
	run.Stdin = read
	if err := run.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the server: %w", err), alive.Close(), os.RemoveAll(dir))
	}
	s := &server{dir: dir, alive: alive}
	return s, s.await()
}

// await waits until the server answers.
func (s *server) await() error {
	admin, err := sql.Open("pgx", s.dsn("postgres"))
	if err != nil {
		return err
	}
	admin.SetMaxOpenConns(4)
	s.admin = admin
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := admin.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return errors.Join(fmt.Errorf("the server does not answer: %w\n%s", err, log), s.alive.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// programs returns the directory that holds initdb and postgres: Debian's
// newest version, or what is on the path.
func programs() (string, error) {
	found, newest := "", -1
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for _, dir := range dirs {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err == nil && version > newest && complete(dir) {
			found, newest = dir, version
		}
	}
	if found != "" {
		return found, nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", errMissing
	}
	if initdb, err = filepath.EvalSymlinks(initdb); err != nil || !complete(filepath.Dir(initdb)) {
		return "", errMissing
	}
	return filepath.Dir(initdb), nil
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

// unprivileged returns whom the server runs as: PostgreSQL refuses root. Nil is
// ourselves.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no user postgres to run it as", errMissing)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// home makes the server's directory. The path of a socket may have about 100
// bytes only, and another user must be able to reach it.
func home(owner *syscall.Credential) (string, error) {
	base := os.TempDir()
	if owner != nil || len(base) > 60 {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "mzpg")
	if err != nil || owner == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(owner.Uid), int(owner.Gid))
}

func as(owner *syscall.Credential, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	// A group of its own: Ctrl-C must end the test, not the tidying after it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: owner}
	return cmd
}
