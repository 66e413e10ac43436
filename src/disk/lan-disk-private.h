/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Inside disk: one open file, and what the workers do with it. Functions that take a LanDiskFile
 * run on a worker; several may run for the same file at once, so that everything which is written
 * after the file was opened is guarded by its lock or atomic.
 */
#pragma once

#include "lan-disk.h"

#include <sys/stat.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What a file looked like when it was opened: any difference means that somebody changed it. */
typedef struct {
  guint64 device;
  guint64 inode;
  guint64 size;
  gint64 mtime_ns;
} LanDiskStamp;

typedef struct {
  gint ref;       /* atomic */
  gint cancelled; /* atomic: jobs under way should stop */
  LanMessageId id;
  gboolean closing; /* main thread: a DISCARD is under way, later jobs wait */
  GQueue waiting;   /* main thread: of LanFileJob */
  GMutex lock;      /* opening, discarding, counting */
  int fd;           /* -1 until open */
  int dirfd;        /* targets: the folder that everything happens below */
  char *dir;        /* how the folder was named, for the path that is reported */
  char *name;       /* final name wanted */
  char *part;       /* name of the part file below dirfd */
  guint64 size;
  guint64 unchecked; /* bytes written since free space was last looked at */
  LanDiskStamp stamp;
} LanDiskFile;

struct _LanDisk {
  GMainContext *context;
  LanDiskDone done;
  gpointer data;
  gint64 reserve_bytes;
  gboolean (*free_space) (int dirfd, guint64 *bytes, gpointer data);
  gpointer free_space_data;
  mode_t file_mode; /* of finished files: what the user's umask leaves of 0666 */
  GThreadPool *io_pool;
  GThreadPool *hash_pool;
  GHashTable *files; /* LanMessageId -> LanDiskFile, main thread */
  guint pending;     /* main thread */
  gint stopping;     /* atomic */
  GMutex results_lock;
  GQueue results; /* of LanDiskTask that are done */
  GSource *wake;  /* guarded by results_lock: queued delivery, or NULL */
};

LanDiskFile *lan_disk_file_new (const LanMessageId *id);
LanDiskFile *lan_disk_file_ref (LanDiskFile *file);
void lan_disk_file_unref (LanDiskFile *file);
gboolean lan_disk_file_is_cancelled (LanDiskFile *file);

/* Hands a sign of progress to the main context. */
void lan_disk_report (LanDisk *disk, const LanFileJob *job, guint64 done, guint64 size);

/* -- lan-disk-dir.c -- */

/**
 * Opens @path, which must be relative and without "." or "..", below @dirfd: no symbolic link is
 * followed on the way or at the end, and nothing outside is reached. -1 and errno as open().
 */
int lan_disk_open_beneath (int dirfd, const char *path, int flags, mode_t mode);

/** The same by hand, for kernels without openat2(). */
int lan_disk_open_beneath_stepwise (int dirfd, const char *path, int flags, mode_t mode);

/** Opens the folder that a person chose; here links are followed, for they are the person's. */
int lan_disk_open_folder (const char *path, GError **error);

/** Takes @part's place under a free name made of @name, overwriting nothing. (transfer full) */
char *lan_disk_rename_fresh (int dirfd, const char *part, const char *name, GError **error);

/** The fallbacks for file systems without RENAME_NOREPLACE; errno EEXIST when @to is taken. */
gboolean lan_disk_rename_by_link (int dirfd, const char *from, const char *to);
gboolean lan_disk_rename_over_placeholder (int dirfd, const char *from, const char *to);

/** Sets @error from @err with the fitting code; @what is English, for the log and the detail. */
void lan_disk_set_error (GError **error, int err, const char *what);
void lan_disk_set_code (GError **error, LanFileError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

void lan_disk_stamp (LanDiskStamp *stamp, const struct stat *st);

/* -- jobs, on workers; FALSE and @result->error -- */

gboolean lan_disk_open_source (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                               LanFileResult *result);
gboolean lan_disk_hash_source (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                               LanFileResult *result);
gboolean lan_disk_read (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                        LanFileResult *result);
gboolean lan_disk_open_target (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                               LanFileResult *result);
gboolean lan_disk_hash_target (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                               LanFileResult *result);
gboolean lan_disk_write (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                         LanFileResult *result);
gboolean lan_disk_finish (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                          LanFileResult *result);
gboolean lan_disk_find (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                        LanFileResult *result);
void lan_disk_discard (LanDisk *disk, LanDiskFile *file, const LanFileJob *job);

/**
 * Hashes @fd from its beginning in whole leaves. @leaves (transfer full) gets 32 bytes for each.
 * @limit: bytes to read; the last leaf counts only when it ends at @limit.
 */
gboolean lan_disk_hash_fd (LanDisk *disk, LanDiskFile *file, const LanFileJob *job, int fd,
                           guint64 limit, GBytes **leaves, guint64 *done, GError **error);

/** The root over @leaves of a file of @size bytes. */
gboolean lan_disk_root_of (GBytes *leaves, guint64 size, LanHash *root);

G_END_DECLS
