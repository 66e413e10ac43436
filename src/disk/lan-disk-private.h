/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Inside disk: one open file, and what the workers do with it. Functions that take a LanDiskFile
 * run on a worker; several may run for the same file at once, so that everything which is written
 * after the file was opened is guarded by its lock or atomic.
 */
#pragma once

#include "lan-disk.h"
#include "lan-tree-hash.h"

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

#define LAN_DISK_HASH_BYTES                                                                        \
  (LAN_TREE_TOGETHER * LAN_TREE_LEAF_BYTES) /* of a file, hashed at once */
#define LAN_DISK_OPEN_FILES 8               /* long files of a folder that are open at once */

/* One long file of a folder, open. */
typedef struct {
  guint entry;
  int fd;
  guint users;
  guint64 used; /* for finding the one unused longest */
} LanDiskOpen;

struct _LanDiskFile {
  gint ref;       /* atomic */
  gint cancelled; /* atomic: jobs under way should stop */
  LanDisk *disk;
  LanMessageId id;
  gboolean closing; /* main thread: a DISCARD is under way, later jobs wait */
  GQueue waiting;   /* main thread: of LanFileJob */
  GMutex lock;      /* opening, discarding, counting, .open */
  LanFileTree *tree;
  gboolean is_target;
  int fd;     /* of a file sent alone; of a folder itself: the source, or the part; -1 until open */
  int dirfd;  /* targets: the folder that everything happens below */
  char *dir;  /* how the folder was named, for the path that is reported */
  char *name; /* final name wanted */
  char *part; /* name of the part file or folder below dirfd */
  guint64 size;
  LanFileConflict conflict;
  GBytes *wanted;    /* entries, NULL: all */
  guint8 *kept;      /* entries that stay as they are in the folder that is there; NULL: none */
  GBytes *leaves;    /* list of leaf hashes, once CHECK_TARGET gave it */
  guint64 unchecked; /* bytes written since free space was last looked at */
  guint64 written;   /* bytes of leaves that are there */
  gint is_finished;  /* atomic; a target that has its name: others may change it now */
  gboolean is_kept;  /* a file alone that is there already and stays */
  LanDiskStamp stamp;
  guint64 *stamps;  /* sources: of each entry of a folder */
  GPtrArray *names; /* sources: paths on the disk where they differ from the tree's, else NULL */
  LanDiskOpen open[LAN_DISK_OPEN_FILES];
  guint n_open;
  guint64 uses;
};

struct _LanDisk {
  GMainContext *context;
  LanDiskDone done;
  gpointer data;
  gint64 reserve_bytes;
  gboolean (*free_space) (int dirfd, guint64 *bytes, gpointer data);
  gpointer free_space_data;
  mode_t file_mode; /* of finished files: what the user's umask leaves of 0666 */
  guint hash_threads;
  GThreadPool *io_pool;
  GThreadPool *hash_pool;
  GHashTable *files; /* LanMessageId -> LanDiskFile, main thread */
  guint pending;     /* main thread */
  gint stopping;     /* atomic */
  GMutex results_lock;
  GQueue results; /* of LanDiskTask that are done */
  GSource *wake;  /* guarded by results_lock: queued delivery, or NULL */
};

LanDiskFile *lan_disk_file_new (LanDisk *disk, const LanMessageId *id);
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
gboolean lan_disk_check_target (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                                LanFileResult *result);
gboolean lan_disk_write (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                         LanFileResult *result);
gboolean lan_disk_sync (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                        LanFileResult *result);
gboolean lan_disk_finish (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                          LanFileResult *result);
gboolean lan_disk_find (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                        LanFileResult *result);
void lan_disk_discard (LanDisk *disk, LanDiskFile *file, const LanFileJob *job);

/* -- lan-disk-hash.c -- */

/**
 * Hashes every leaf of what @file holds, on several threads. @hashes (transfer full): 32 bytes for each leaf, in
 * order of their numbers. FALSE: @error.
 */
gboolean lan_disk_hash_all (LanDisk *disk, LanDiskFile *file, const LanFileJob *job,
                            guint8 **hashes, GError **error);

/** The root of a file of @size bytes with these leaves. */
gboolean lan_disk_root_of (const guint8 *hashes, guint64 size, LanHash *root);

/** Hashes a whole file at once; its root, FALSE when it cannot be read or is not @size bytes long. */
gboolean lan_disk_hash_fd (LanDisk *disk, LanDiskFile *file, int fd, guint64 size, LanHash *root);

/**
 * Reads as many leaves of a file of @size bytes from @at on as are hashed together, and adds them to @tree. @buffer:
 * LAN_DISK_HASH_BYTES. FALSE: it cannot be read, or is shorter.
 */
gboolean lan_disk_hash_some (LanTree *tree, int fd, guint64 at, guint64 size, guint8 *buffer);

/** TRUE when @data is what @leaf must be by the list, or by the root of its file. */
gboolean lan_disk_is_leaf (LanDiskFile *file, const LanFileLeaf *leaf, const guint8 *data);

/** The same where its hash is known. */
gboolean lan_disk_is_hash (LanDiskFile *file, const LanFileLeaf *leaf, const LanHash *hash);

/** Reads exactly @len bytes. Returns: bytes read, short only at the end of the file; -1 and errno. */
gssize lan_disk_read_fully (int fd, guint8 *to, gsize len, guint64 offset);

/* -- lan-disk-scan.c -- */

/** Lists the folder that @file has open: its tree, without roots, and what belongs to it; FALSE: @result->error. */
gboolean lan_disk_scan (LanDisk *disk, LanDiskFile *file, LanFileResult *result);

/** FALSE: it is left out of a folder that is sent. */
gboolean lan_disk_is_sent (const struct stat *st);

/** Folds what a file looked like: not for anybody who means harm. */
guint64 lan_disk_fold_stamp (const LanDiskStamp *stamp);

/* -- lan-disk-tree.c -- */

/**
 * The descriptor of a leaf's file, for reading (sources) or writing (targets, made when it is not there). Give it
 * back with lan_disk_release(). -1: @error.
 */
int lan_disk_acquire (LanDiskFile *file, const LanFileLeaf *leaf, GError **error);
void lan_disk_release (LanDiskFile *file, const LanFileLeaf *leaf, int fd);
void lan_disk_close_all (LanDiskFile *file);

/** Makes the folders that lead to @path below @dirfd. */
gboolean lan_disk_make_parents (int dirfd, const char *path);

/** TRUE when @entry is to be there in the end, and is not there already. */
gboolean lan_disk_is_wanted (LanDiskFile *file, guint entry);

/* -- lan-disk-write.c -- */

/** lan_disk_write_leaves() of one; FALSE: @error. */
gboolean lan_disk_file_write (LanDiskFile *file, guint64 leaf, const guint8 *data, gsize len,
                              GError **error);

/* -- lan-disk-target.c -- */
gboolean lan_disk_has_room (LanDisk *disk, LanDiskFile *file, GError **error);
/** FALSE: what was chosen is another folder now, or none: a medium was pulled out, or it was moved. */
gboolean lan_disk_is_in_place (LanDiskFile *file, GError **error);
char *lan_disk_part_name (const char *name, const LanMessageId *id, guint attempt);
void lan_disk_sync_folder (int dirfd);

void lan_disk_set_mtime (int fd, gint64 mtime_ms);

/* -- lan-disk-folder.c: targets that are folders -- */
gboolean lan_disk_open_part_folder (LanDisk *disk, LanDiskFile *file, GError **error);

/** Sets in @bits what is there: verified leaves, and those that are not wanted or stay as they are. */
void lan_disk_check_folder (LanDisk *disk, LanDiskFile *file, guint8 *bits);
gboolean lan_disk_finish_folder (LanDisk *disk, LanDiskFile *file, LanFileResult *result);
gboolean lan_disk_find_folder (int dirfd, const LanFileJob *job, LanFileResult *result);

/** Removes the part folder and what is in it. */
void lan_disk_discard_folder (int dirfd, const char *part);

G_END_DECLS
