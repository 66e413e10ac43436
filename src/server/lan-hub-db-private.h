/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* The inside of the database, shared by its lan-hub-db-*.c files. */
#pragma once

#include "lan-hub-db.h"
#include "lan-hub-recent.h"
#include "lan-hub-tidy.h"

G_BEGIN_DECLS

/* Rows of one statement where many go in together: most of what a statement costs is not its row. */
#define LAN_HUB_ROWS        16
#define LAN_HUB_ROWS_4(row) row "," row "," row "," row
#define LAN_HUB_ROWS_16(row)                                                                       \
  LAN_HUB_ROWS_4 (row) "," LAN_HUB_ROWS_4 (row) "," LAN_HUB_ROWS_4 (row) "," LAN_HUB_ROWS_4 (row)

#define LAN_HUB_SQL_LIST(X)                                                                        \
  X (BEGIN, "BEGIN IMMEDIATE")                                                                     \
  X (COMMIT, "COMMIT")                                                                             \
  X (SAVE, "SAVEPOINT op")                                                                         \
  X (RELEASE, "RELEASE op")                                                                        \
  X (UNDO, "ROLLBACK TO op")                                                                       \
  X (PUT_ACCOUNT,                                                                                  \
     "INSERT INTO account (uid, account, login, display, title, department, status, role, list,"   \
     " created_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (uid) DO UPDATE"    \
     " SET account = ?2, login = ?3, display = ?4, title = ?5, department = ?6, status = ?7,"      \
     " role = ?8, list = ?9, created_s = ?10")                                                     \
  X (PUT_DEVICE,                                                                                   \
     "INSERT INTO device (device, uid, dh_public, state, cert, seen_s) VALUES (?1, ?2, ?3, ?4,"    \
     " ?5, ?6) ON CONFLICT (device) DO UPDATE SET uid = ?2, dh_public = ?3, state = ?4,"           \
     " cert = ?5, seen_s = ?6")                                                                    \
  X (PUT_PASSWORD,                                                                                 \
     "INSERT INTO password (uid, hash) VALUES (?1, ?2) ON CONFLICT (uid) DO UPDATE SET hash = ?2") \
  X (DROP_PASSWORD, "DELETE FROM password WHERE uid = ?1")                                         \
  X (FIND_PASSWORD, "SELECT hash FROM password WHERE uid = ?1")                                    \
  X (PUT_HIDDEN,                                                                                   \
     "INSERT INTO hidden (uid, accounts) VALUES (?1, ?2) ON CONFLICT (uid) DO UPDATE SET"          \
     " accounts = ?2")                                                                             \
  X (PUT_ENTRY, "INSERT INTO entry (idx, bytes) VALUES (?1, ?2)")                                  \
  X (PUT_HEAD, "INSERT INTO head (epoch, bytes) VALUES (?1, ?2)")                                  \
  X (PUT_INVITE,                                                                                   \
     "INSERT OR REPLACE INTO invite (hash, login, display, title, department, role, expires_s,"    \
     " used_s, uid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                                  \
  X (USE_INVITE, "UPDATE invite SET used_s = ?2, uid = ?3 WHERE hash = ?1 AND used_s = 0")         \
  X (DROP_INVITE, "DELETE FROM invite WHERE hash = ?1")                                            \
  X (FIND_INVITE,                                                                                  \
     "SELECT hash, login, display, title, department, role, expires_s, used_s, uid FROM invite"    \
     " WHERE hash = ?1")                                                                           \
  X (DROP_MAIL, "DELETE FROM mail WHERE id IN (SELECT id FROM mail_place WHERE device = ?1)")      \
  X (DROP_PLACES, "DELETE FROM mail_place WHERE device = ?1")                                      \
  X (DROP_ONE_MAIL, "DELETE FROM mail WHERE id = ?1")                                              \
  X (PUT_PLACE, "INSERT OR IGNORE INTO mail_place (device, id, size) VALUES (?, ?, ?)")            \
  X (PUT_PLACES,                                                                                   \
     "INSERT OR IGNORE INTO mail_place (device, id, size) VALUES " LAN_HUB_ROWS_16 ("(?,?,?)"))    \
  X (DROP_PLACE, "DELETE FROM mail_place WHERE device = ?1 AND id = ?2")                           \
  X (PUT_RECENT, "INSERT INTO recent (mail_id, sender, id, time_ms) VALUES (?, ?, ?, ?)")          \
  X (PUT_RECENTS,                                                                                  \
     "INSERT INTO recent (mail_id, sender, id, time_ms) VALUES " LAN_HUB_ROWS_16 ("(?,?,?,?)"))    \
  X (DROP_RECENT, "DELETE FROM recent WHERE mail_id <= ?1")                                        \
  X (DROP_SIGNED, "DELETE FROM signed_prekey WHERE device = ?1")                                   \
  X (DROP_ONE_TIME, "DELETE FROM one_time_prekey WHERE device = ?1")                               \
  X (PUT_SEEN, "INSERT OR IGNORE INTO deposit (sender, id, mail_id, time_ms) VALUES (?, ?, ?, ?)") \
  X (PUT_SEENS, "INSERT OR IGNORE INTO deposit (sender, id, mail_id, time_ms)"                     \
                " VALUES " LAN_HUB_ROWS_16 ("(?,?,?,?)"))                                          \
  X (FIND_SEEN, "SELECT mail_id FROM deposit WHERE sender = ?1 AND id = ?2")                       \
  X (PUT_MAIL,                                                                                     \
     "INSERT INTO mail (id, device, time_ms, expires_ms, size, envelope) VALUES (?,?,?,?,?,?)")    \
  X (PUT_MAILS, "INSERT INTO mail (id, device, time_ms, expires_ms, size, envelope)"               \
                " VALUES " LAN_HUB_ROWS_16 ("(?,?,?,?,?,?)"))                                      \
  X (KEEP_MAIL_ID, "UPDATE counter SET next_mail_id = ?1")                                         \
  X (READ_MAIL, "SELECT m.id, m.time_ms, m.envelope FROM mail_place AS p CROSS JOIN mail AS m ON " \
                "m.id = p.id WHERE p.device = ?1 AND p.id > ?2 ORDER BY p.id LIMIT ?3")            \
  X (READ_ONE_MAIL, "SELECT id, time_ms, envelope FROM mail WHERE id = ?1")                        \
  X (ACK_MAIL, "DELETE FROM mail WHERE id = ?1 AND device = ?2 RETURNING size")                    \
  X (SUM_EXPIRED,                                                                                  \
     "SELECT device, sum(size), count(*) FROM mail WHERE expires_ms <= ?1 GROUP BY device")        \
  X (EXPIRE_PLACES,                                                                                \
     "DELETE FROM mail_place WHERE (device, id) IN (SELECT device, id FROM mail WHERE "            \
     "expires_ms <= ?1)")                                                                          \
  X (EXPIRE_MAIL, "DELETE FROM mail WHERE expires_ms <= ?1")                                       \
  X (EXPIRE_SEEN, "DELETE FROM deposit WHERE sender >= ?2 AND sender < ?3 AND time_ms < ?1")       \
  X (EXPIRE_PIECES,                                                                                \
     "DELETE FROM blob_piece WHERE piece IN (SELECT p.piece FROM blob AS b CROSS JOIN "            \
     "blob_piece AS p ON p.root = b.root AND p.uid = b.uid WHERE b.expires_ms <= ?1)")             \
  X (EXPIRE_BLOB, "DELETE FROM blob WHERE expires_ms <= ?1")                                       \
  X (EXPIRE_INVITE, "DELETE FROM invite WHERE expires_s < ?1 / 1000 - 2592000")                    \
  X (EXPIRE_SIGNED, "DELETE FROM signed_prekey WHERE expires_s < ?1 / 1000")                       \
  X (PUT_SIGNED,                                                                                   \
     "INSERT OR REPLACE INTO signed_prekey (device, bytes, expires_s) VALUES (?1, ?2, ?3)")        \
  X (PUT_ONE_TIME,                                                                                 \
     "INSERT OR REPLACE INTO one_time_prekey (device, id, n, bytes) VALUES (?1, ?2, (SELECT"       \
     " coalesce(max(n), 0) + 1 FROM one_time_prekey WHERE device = ?1), ?3)")                      \
  X (TRIM_ONE_TIME,                                                                                \
     "DELETE FROM one_time_prekey WHERE device = ?1 AND n <= (SELECT n FROM one_time_prekey WHERE" \
     " device = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)")                                            \
  X (COUNT_ONE_TIME, "SELECT count(*) FROM one_time_prekey WHERE device = ?1")                     \
  X (FIND_SIGNED, "SELECT bytes FROM signed_prekey WHERE device = ?1")                             \
  X (FIND_ONE_TIME, "SELECT id, bytes FROM one_time_prekey WHERE device = ?1 ORDER BY n LIMIT 1")  \
  X (TAKE_ONE_TIME, "DELETE FROM one_time_prekey WHERE device = ?1 AND id = ?2")                   \
  X (FIND_BLOB, "SELECT size, have, complete FROM blob WHERE uid = ?1 AND root = ?2")              \
  X (SUM_BLOBS, "SELECT coalesce(sum(size), 0) FROM blob WHERE uid = ?1")                          \
  X (PUT_BLOB,                                                                                     \
     "INSERT INTO blob (uid, root, size, have, complete, expires_ms) VALUES (?1, ?2, ?3, 0, 0,"    \
     " ?4)")                                                                                       \
  X (GROW_BLOB, "UPDATE blob SET have = ?3 WHERE uid = ?1 AND root = ?2")                          \
  X (PUT_PIECE,                                                                                    \
     "INSERT INTO blob_piece (root, uid, offset, leaf, data) VALUES (?1, ?2, ?3, ?4, ?5)")         \
  X (READ_LEAVES, "SELECT leaf FROM blob_piece WHERE root = ?1 AND uid = ?2 ORDER BY offset")      \
  X (SEAL_BLOB, "UPDATE blob SET complete = 1 WHERE uid = ?1 AND root = ?2")                       \
  X (DROP_BLOB, "DELETE FROM blob WHERE uid = ?1 AND root = ?2")                                   \
  X (DROP_PIECES, "DELETE FROM blob_piece WHERE root = ?1 AND uid = ?2")                           \
  X (READ_PIECE,                                                                                   \
     "SELECT blob.size, data FROM blob JOIN blob_piece USING (uid, root) WHERE root = ?1 AND"      \
     " complete = 1 AND offset = ?2 LIMIT 1")                                                      \
  X (LOAD_ACCOUNTS,                                                                                \
     "SELECT uid, account, login, display, title, department, status, role, list, created_s FROM"  \
     " account")                                                                                   \
  X (LOAD_DEVICES,                                                                                 \
     "SELECT device, uid, dh_public, state, cert, seen_s, m.bytes, m.n, o.n,"                      \
     " coalesce(s.expires_s, 0) FROM device"                                                       \
     " LEFT JOIN (SELECT device, sum(size) AS bytes, count(*) AS n FROM mail_place GROUP BY "      \
     "device) "                                                                                    \
     "AS"                                                                                          \
     " m USING (device) LEFT JOIN (SELECT device, count(*) AS n FROM one_time_prekey GROUP BY"     \
     " device) AS o USING (device) LEFT JOIN signed_prekey AS s USING (device)")                   \
  X (LOAD_HIDDEN, "SELECT uid, accounts FROM hidden")                                              \
  X (LOAD_ENTRIES, "SELECT idx, bytes FROM entry ORDER BY idx")                                    \
  X (LOAD_HEADS, "SELECT epoch, bytes FROM head ORDER BY epoch")                                   \
  X (LOAD_INVITES,                                                                                 \
     "SELECT hash, login, display, title, department, role, expires_s, used_s, uid FROM invite"    \
     " WHERE used_s = 0 AND expires_s > ?1 ORDER BY expires_s")

typedef enum {
#define X(name, sql) LAN_HUB_SQL_##name,
  LAN_HUB_SQL_LIST (X)
#undef X
      LAN_HUB_SQL_N
} LanHubSql;

/* Of a deposit that is not in a table yet. */
typedef struct {
  const LanHubDeposit *deposit;
  GBytes *envelope;
} LanHubRow;

struct _LanHubDb {
  sqlite3 *handle;
  sqlite3_stmt *statements[LAN_HUB_SQL_N]; /* prepared when first used */
  LanRegistryOpStatus trouble;
  int wal_pages;
  guint64 next_mail_id;
  guint64 kept_mail_id; /* ids below this one may have been given */
  LanHubTidy *tidy;     /* NULL: the log is moved between transactions */
  LanHubRecent *recent;
  LanHubRow rows[LAN_HUB_ROWS];
  guint n_rows;
  guint deposits;     /* of this transaction */
  gboolean sorted;    /* this transaction ends the old generation */
  guint expire_slice; /* of the remembered deposits, the next one to be looked at */
};

/** Returns: (transfer none): the statement, reset; aborts on wrong SQL, which is a bug of ours. */
sqlite3_stmt *lan_hub_db_use (LanHubDb *db, LanHubSql id);

/** Runs to its end. Returns: DONE, ROW, CONSTRAINT, or a fault, which is noted. */
int lan_hub_db_step (LanHubDb *db, sqlite3_stmt *statement);

/** The same for a statement without rows, and resets it. TRUE when it is done. */
gboolean lan_hub_db_do (LanHubDb *db, sqlite3_stmt *statement);

/** Notes which kind of trouble @rc is. */
void lan_hub_db_note (LanHubDb *db, int rc);

void lan_hub_db_bind_blob (sqlite3_stmt *s, int at, const void *data, gsize len);
void lan_hub_db_bind_bytes (sqlite3_stmt *s, int at, GBytes *bytes); /* NULL: NULL */
void lan_hub_db_bind_text (sqlite3_stmt *s, int at, const char *text);

/** Fills exactly @len bytes, or says FALSE. */
gboolean lan_hub_db_get_blob (sqlite3_stmt *s, int at, void *out, gsize len);
GBytes *lan_hub_db_get_bytes (sqlite3_stmt *s, int at); /* NULL for NULL */
char *lan_hub_db_get_text (sqlite3_stmt *s, int at);    /* "" for NULL */
void lan_hub_db_get_invite (sqlite3_stmt *s, LanRegistryInviteRow *row);

gboolean lan_hub_db_migrate (LanHubDb *db, GError **error);
gboolean lan_hub_db_exec (LanHubDb *db, const char *sql, GError **error);

/* One function for each group of operations; FALSE: roll back. */
gboolean lan_hub_db_run_write (LanHubDb *db, LanRegistryOp *op);
gboolean lan_hub_db_run_mail (LanHubDb *db, LanRegistryOp *op);
gboolean lan_hub_db_run_prekeys (LanHubDb *db, LanRegistryOp *op);
gboolean lan_hub_db_run_blob (LanHubDb *db, LanRegistryOp *op);

/* lan-hub-db-recent.c; FALSE: roll back. */
gboolean lan_hub_db_recent_open (LanHubDb *db, GError **error);
gboolean lan_hub_db_recent_put (LanHubDb *db, const LanRegistryOp *op, guint64 mail_id);
/** The deposits that wait for others go into their tables: before anybody looks there. */
gboolean lan_hub_db_recent_settle (LanHubDb *db);
/** Some of the old ones into the indices, as many as this transaction's deposits pay for. */
gboolean lan_hub_db_recent_sort (LanHubDb *db);
void lan_hub_db_recent_end (LanHubDb *db, gboolean committed);
gboolean lan_hub_db_recent_drop_mail (LanHubDb *db, const LanDeviceId *device);

G_END_DECLS
