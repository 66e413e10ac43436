/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What `messages.py` measures Lanyard against: two processes that do the least a durable, signed
 * messenger must do, without being one. Each side signs N messages with Ed25519, commits them to
 * SQLite (WAL, FULL) in groups, sends them over one TCP connection on loopback, verifies and commits
 * what arrives, and acknowledges after the commit. Prints messages a second in total, and with one
 * message at a time the median round trip.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BODY = 200, WIRE = BODY + crypto_sign_BYTES, GROUP = 64 };

typedef struct {
  int fd;
  sqlite3 *db;
  sqlite3_stmt *insert;
  unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
  unsigned char other_pk[crypto_sign_PUBLICKEYBYTES];
} Side;

static void
check (int ok, const char *what)
{
  if (!ok) {
    fprintf (stderr, "bare-loop: %s: %s\n", what, strerror (errno));
    exit (1);
  }
}

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  check (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg (db));
}

static void
open_side (Side *side, const char *dir, const char *name)
{
  char path[4096];

  snprintf (path, sizeof path, "%s/%s.db", dir, name);
  check (sqlite3_open (path, &side->db) == SQLITE_OK, "open");
  run_sql (side->db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; "
                     "PRAGMA synchronous=FULL; CREATE TABLE m (id INTEGER PRIMARY KEY, b BLOB)");
  check (sqlite3_prepare_v2 (side->db, "INSERT INTO m (b) VALUES (?)", -1, &side->insert, NULL) ==
             SQLITE_OK,
         "prepare");
}

static void
keep (Side *side, const unsigned char *wire, int n)
{
  run_sql (side->db, "BEGIN");
  for (int i = 0; i < n; i++) {
    sqlite3_bind_blob (side->insert, 1, wire + (size_t) i * WIRE, WIRE, SQLITE_STATIC);
    check (sqlite3_step (side->insert) == SQLITE_DONE, "insert");
    sqlite3_reset (side->insert);
  }
  run_sql (side->db, "COMMIT");
}

static void
send_all (int fd, const void *data, size_t len)
{
  for (size_t done = 0; done < len;) {
    ssize_t n = send (fd, (const char *) data + done, len - done, MSG_NOSIGNAL);

    check (n > 0, "send");
    done += (size_t) n;
  }
}

static void
receive_all (int fd, void *data, size_t len)
{
  for (size_t done = 0; done < len;) {
    ssize_t n = recv (fd, (char *) data + done, len - done, 0);

    check (n > 0, "recv");
    done += (size_t) n;
  }
}

static void
send_group (Side *side, int n)
{
  static unsigned char wire[GROUP * WIRE];

  for (int i = 0; i < n; i++) {
    unsigned char *at = wire + (size_t) i * WIRE;

    randombytes_buf (at, BODY);
    crypto_sign_detached (at + BODY, NULL, at, BODY, side->sk);
  }
  keep (side, wire, n);
  send_all (side->fd, wire, (size_t) n * WIRE);
}

static void
receive_group (Side *side, int n)
{
  static unsigned char wire[GROUP * WIRE];
  unsigned char ack = 1;

  receive_all (side->fd, wire, (size_t) n * WIRE);
  for (int i = 0; i < n; i++) {
    unsigned char *at = wire + (size_t) i * WIRE;

    check (crypto_sign_verify_detached (at + BODY, at, BODY, side->other_pk) == 0, "verify");
  }
  keep (side, wire, n);
  send_all (side->fd, &ack, 1);
}

/* Both directions at once: send a group, take a group, take the acknowledgement. */
static void
burst (Side *side, int messages)
{
  unsigned char ack;

  for (int sent = 0; sent < messages; sent += GROUP) {
    send_group (side, GROUP);
    receive_group (side, GROUP);
    receive_all (side->fd, &ack, 1);
  }
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
ping (Side *side, int rounds, int first)
{
  double *times = calloc ((size_t) rounds, sizeof *times);
  unsigned char ack;

  for (int i = 0; i < rounds; i++) {
    double start = now ();

    if (first) {
      send_group (side, 1);
      receive_all (side->fd, &ack, 1);
    } else {
      receive_group (side, 1);
    }
    times[i] = now () - start;
  }
  qsort (times, (size_t) rounds, sizeof *times, compare);
  if (first)
    printf ("bare_p50_us %.0f\n", times[rounds / 2] * 1e6);
  free (times);
}

static void
connect_pair (int fds[2])
{
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof at;

  check (bind (listener, (struct sockaddr *) &at, len) == 0 && listen (listener, 1) == 0 &&
             getsockname (listener, (struct sockaddr *) &at, &len) == 0,
         "listen");
  fds[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check (connect (fds[0], (struct sockaddr *) &at, len) == 0, "connect");
  fds[1] = accept (listener, NULL, NULL);
  check (fds[1] >= 0, "accept");
  close (listener);
  for (int i = 0; i < 2; i++)
    setsockopt (fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int
main (int argc, char **argv)
{
  int messages = argc > 2 ? atoi (argv[2]) : 5000, fds[2], status = 1;
  Side a = { 0 }, b = { 0 };
  double start;
  pid_t child;

  if (argc < 2) {
    fprintf (stderr, "usage: %s EMPTY-FOLDER [MESSAGES]\n", argv[0]);
    return 2;
  }
  check (sodium_init () >= 0, "libsodium");
  crypto_sign_keypair (a.pk, a.sk);
  crypto_sign_keypair (b.pk, b.sk);
  memcpy (a.other_pk, b.pk, sizeof a.pk);
  memcpy (b.other_pk, a.pk, sizeof a.pk);
  connect_pair (fds);
  child = fork ();
  check (child >= 0, "fork");
  if (child == 0) {
    b.fd = fds[1];
    open_side (&b, argv[1], "b");
    ping (&b, 500, 0);
    burst (&b, messages);
    _exit (0);
  }
  a.fd = fds[0];
  open_side (&a, argv[1], "a");
  ping (&a, 500, 1);
  start = now ();
  burst (&a, messages);
  check (waitpid (child, &status, 0) == child && status == 0, "other side");
  printf ("bare_messages_per_s %.0f\n", 2.0 * messages / (now () - start));
  return 0;
}
