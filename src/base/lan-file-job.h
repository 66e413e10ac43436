/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the transfer machine asks to be done with files, and what the disk says became of it: the
 * vocabulary between the two, as lan-change.h is between the machines and the store. Node hands
 * jobs down and results up unread. Jobs and results own what they point to. Several jobs of one file
 * may be under way at once; results come in any order. Any thread, no sharing.
 */
#pragma once

#include "lan-file-tree.h"
#include "lan-id.h"
#include "lan-status.h"

G_BEGIN_DECLS

/* name, stable code, sentence; the codes are what `file.failed` and a transfer's row carry */
#define LAN_FILE_ERROR_LIST(X)                                                                     \
  X (IO, "io", "the disk reported an error")                                                       \
  X (DISK_FULL, "disk-full", "there is not enough free space")                                     \
  X (PATH, "path", "the place chosen for the file cannot be used")                                 \
  X (NOT_FOUND, "not-found", "the file or folder is not there")                                    \
  X (ACCESS, "access", "permission is missing")                                                    \
  X (READ_ONLY, "read-only", "the place chosen can only be read")                                  \
  X (NOT_A_FILE, "not-a-file", "only ordinary files can be sent")                                  \
  X (TOO_LARGE, "too-large", "the file is larger than can be handled")                             \
  X (EXISTS, "exists", "too many files of this name are there already")                            \
  X (CHANGED, "source-changed", "the file was changed after it was offered")                       \
  X (HASH, "hash", "what arrived is not what was offered")                                         \
  X (STALLED, "stalled", "the other side stopped answering")                                       \
  X (PEER, "peer", "the other side could not go on")                                               \
  X (MANIFEST, "manifest", "the list of files in the folder breaks the rules")                     \
  X (STORE, "store", "the profile could not be written")                                           \
  X (STOPPED, "stopped", "it was cancelled")

typedef enum {
#define X(name, code, text) LAN_FILE_ERROR_##name,
  LAN_FILE_ERROR_LIST (X)
#undef X
      LAN_FILE_ERROR_N
} LanFileError;

#define LAN_FILE_ERROR (lan_file_error_quark ())
LAN_DECLARE_ERROR (LanFileError, lan_file_error)

/** Returns: the constant English sentence of a stable @code; of "io" for codes not known. */
const char *lan_file_error_text (const char *code);

/** Fills @error from a stable @code; FALSE when the code is not known. */
gboolean lan_file_error_from_code (const char *code, LanFileError *error);

typedef enum {
  LAN_FILE_JOB_OPEN_SOURCE, /* path -> name, size, stamp, tree (of a folder, without roots) */
  LAN_FILE_JOB_HASH_SOURCE, /* -> tree, leaves, manifest, root, size; results with .more set say how
                             * far it is */
  LAN_FILE_JOB_READ,        /* leaf -> bytes, exactly that leaf */
  LAN_FILE_JOB_OPEN_TARGET, /* path = folder, name, size, tree, conflict, wanted -> done = bytes of
                             * an earlier try on disk */
  LAN_FILE_JOB_CHECK_TARGET, /* bytes = list of leaf hashes, bits = leaves known to be there, places =
                              * (nullable) where the same may lie -> bits */
  LAN_FILE_JOB_WRITE,        /* bytes, leaf: verified, then written */
  LAN_FILE_JOB_SYNC, /* everything written before it was asked is on the disk when it is answered */
  LAN_FILE_JOB_FINISH, /* synced, given its final name -> path */
  LAN_FILE_JOB_FIND, /* path = folder, name, size, hash = root, tree -> path of what was finished */
  LAN_FILE_JOB_CLOSE, /* let go; part files stay; no result */
  LAN_FILE_JOB_DISCARD, /* path, name, tree as in OPEN_TARGET: let go and remove the part; no result */
  LAN_FILE_JOB_N
} LanFileJobType;

/* What is done when the name is taken; in a folder that is there already, for each of its files. */
typedef enum {
  LAN_FILE_KEEP_BOTH, /* the new one gets a number */
  LAN_FILE_REPLACE,
  LAN_FILE_SKIP, /* what is there stays, the new one is not fetched */
  LAN_FILE_CONFLICT_N
} LanFileConflict;

/* Where the same may lie: a guess, whatever is taken from there is verified. */
#define LAN_FILE_PLACE_ALL G_MAXUINT

typedef struct {
  guint entry; /* what may lie there; LAN_FILE_PLACE_ALL: .path is a folder laid out alike */
  char *path;
} LanFilePlace;

typedef struct {
  LanFileJobType type;
  LanMessageId file; /* which transfer: names the open file inside disk */
  guint64 job;       /* chosen by the machine, returned in the result */
  char *path;        /* OPEN_SOURCE: the file; OPEN_TARGET, FIND, DISCARD: the folder */
  char *name;        /* OPEN_TARGET, FIND, DISCARD: a clean file name */
  guint64 size;
  LanFileTree *tree; /* of a folder; NULL: a file sent alone */
  LanFileConflict conflict;
  GBytes *wanted; /* OPEN_TARGET: a bit for each entry that is to be there; NULL: all */
  GBytes *bytes;  /* WRITE, CHECK_TARGET */
  GBytes *bits;   /* CHECK_TARGET */
  GArray *places; /* CHECK_TARGET: of LanFilePlace, or NULL */
  guint64 leaf;   /* READ, WRITE: its number */
  LanHash hash;   /* FIND: the root; WRITE, where CHECK_TARGET gave no list: the leaf's hash */
} LanFileJob;

typedef struct {
  LanFileJobType type;
  LanMessageId file;
  guint64 job;
  gboolean more;     /* a sign of progress, the result proper is still to come */
  GError *error;     /* LAN_FILE_ERROR domain, NULL when all went well */
  guint64 size;      /* of the file */
  guint64 stamp;     /* OPEN_SOURCE: another one when it was changed or replaced meanwhile */
  guint64 done;      /* bytes hashed so far, or found on disk */
  char *name;        /* OPEN_SOURCE: clean name to offer it under */
  char *path;        /* FINISH, FIND: where it is now */
  GBytes *bytes;     /* READ */
  GBytes *leaves;    /* HASH_SOURCE: the list of leaf hashes */
  LanFileTree *tree; /* OPEN_SOURCE, HASH_SOURCE of a folder */
  guint left_links;  /* OPEN_SOURCE of a folder: links that are not sent */
  guint left_others; /* and what else is neither file nor folder, or cannot be looked at */
  GBytes *manifest;  /* HASH_SOURCE of a folder */
  GBytes *bits;      /* CHECK_TARGET: leaves that are there, or are not wanted */
  LanHash root;      /* HASH_SOURCE: of the file, or of the manifest */
} LanFileResult;

/** Returns: (transfer full): a zeroed job of @type for @file. */
LanFileJob *lan_file_job_new (LanFileJobType type, const LanMessageId *file,
                              guint64 job) G_GNUC_WARN_UNUSED_RESULT;
void lan_file_job_free (LanFileJob *job);

/** Adds a place where @entry may be found. */
void lan_file_job_add_place (LanFileJob *job, guint entry, const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanFileJob, lan_file_job_free)

/** Returns: (transfer full): an empty result that answers @job. */
LanFileResult *lan_file_result_new (const LanFileJob *job) G_GNUC_WARN_UNUSED_RESULT;
void lan_file_result_free (LanFileResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanFileResult, lan_file_result_free)

G_END_DECLS
