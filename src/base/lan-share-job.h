/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the machine of shared folders asks to be done in a folder, and what the disk says became of
 * it; lan-file-job.h is the same for transfers. Node hands both on unread. Jobs and results own what
 * they point to. Jobs of one share are carried out in order. Any thread, no sharing.
 */
#pragma once

#include "lan-file-job.h"

G_BEGIN_DECLS

#define LAN_SHARE_PRIVATE_DIR  ".lanyard-share" /* at the top of a shared folder, never shared */
#define LAN_SHARE_INCOMING_DIR ".lanyard-share/incoming"
#define LAN_SHARE_VERSIONS_DIR ".lanyard-share/versions"

typedef enum {
  LAN_SHARE_FILE = 1,
  LAN_SHARE_FOLDER = 2,
  LAN_SHARE_GONE = 3, /* was there once */
} LanShareKind;

/* What something on the disk looked like: any difference means that somebody changed it. */
typedef struct {
  guint64 size;
  guint64 inode;
  gint64 mtime_ns;
  gint64 ctime_ns;
} LanShareStamp;

/* Something in the folder: known from before (in SCAN jobs), or new or changed (in results). */
typedef struct {
  char *path;
  LanShareKind kind;
  guint8 mode; /* LAN_FILE_MODE_EXEC */
  guint64 size;
  gint64 mtime_ms;
  LanHash root;
  LanShareStamp stamp;
} LanShareFound;

/* Why something in the folder is not shared. Append-only. */
typedef enum {
  LAN_SHARE_SKIP_NAME = 0,    /* other systems cannot have this name, or the path is too long */
  LAN_SHARE_SKIP_CASE = 1,    /* differs from another name by case or normal form only */
  LAN_SHARE_SKIP_LINK = 2,    /* a symbolic link */
  LAN_SHARE_SKIP_SPECIAL = 3, /* neither a file nor a folder: a socket, say */
  LAN_SHARE_SKIP_UNREADABLE = 4,
  LAN_SHARE_SKIP_N
} LanShareSkip;

typedef struct {
  char *path; /* as it may be shown: a name that is no text was made one */
  LanShareSkip reason;
} LanShareSkipped;

#define LAN_SHARE_MAX_SKIPPED 200 /* are named; more are counted only */

typedef enum {
  LAN_SHARE_JOB_OPEN, /* dir; must_exist: the mark of this share has to be there already -> dir */
  LAN_SHARE_JOB_SCAN, /* known -> found (new or changed), gone, folders, skipped, unshared, busy */
  LAN_SHARE_JOB_PLACE, /* staged, bytes, path, found (what it is), had, expect, copy -> stamp, copy */
  LAN_SHARE_JOB_REMOVE, /* path, had, expect: moved into the folder of old versions */
  LAN_SHARE_JOB_FOLDER, /* path: made */
  LAN_SHARE_JOB_DROP,   /* staged: a fetched file that nobody wants any more */
  LAN_SHARE_JOB_CLOSE,  /* no result */
  LAN_SHARE_JOB_TRIM,   /* before_ms, max_bytes: old versions are removed -> removed */
  LAN_SHARE_JOB_READ,   /* path, max_bytes: a short file -> bytes */
  LAN_SHARE_JOB_N
} LanShareJobType;

typedef struct {
  LanShareJobType type;
  LanConversationId share;
  guint64 job; /* chosen by the machine, returned in the result */
  char *dir;
  gboolean must_exist;
  GPtrArray *known; /* of LanShareFound */
  char *staged;     /* name in the folder of what arrived */
  GBytes *bytes;    /* PLACE: it did not arrive as a file: this is what is in it; NULL: it did */
  char *path;
  LanShareFound is;     /* PLACE: size, mode, time */
  gboolean had;         /* something of this share is at @path, and looked like @expect */
  LanShareStamp expect; /* anything else there ends as CHANGED and stays */
  char *copy;           /* PLACE: what is there gets this name beside it; NULL: an old version */
  gint64 before_ms;     /* TRIM: versions that made way before this, Unix milliseconds */
  guint64 max_bytes; /* TRIM: and the oldest of the others, where they take more than this; READ */
} LanShareJob;

typedef struct {
  LanShareJobType type;
  LanConversationId share;
  guint64 job;
  GError *error;       /* LAN_FILE_ERROR, NULL when all went well */
  GPtrArray *found;    /* of LanShareFound */
  GPtrArray *gone;     /* of paths */
  GPtrArray *folders;  /* of paths: what is to be watched */
  guint skipped;       /* how many things in it cannot be shared */
  GPtrArray *unshared; /* of LanShareSkipped: the first of them */
  gboolean busy;       /* something changed while it was read: look again soon */
  LanShareStamp stamp;
  char *copy;    /* PLACE: the name that what was there got */
  char *dir;     /* OPEN: the folder without links on the way */
  guint removed; /* TRIM: how many versions */
  GBytes *bytes; /* READ */
} LanShareResult;

LanShareFound *lan_share_found_new (const char *path);
void lan_share_found_free (LanShareFound *found);

LanShareSkipped *lan_share_skipped_new (const char *path, LanShareSkip reason);
void lan_share_skipped_free (LanShareSkipped *skipped);

/** Returns: a stable word: "name", "case", "link", "special" or "unreadable". */
const char *lan_share_skip_name (LanShareSkip reason);

/** TRUE when nothing was changed between the two. */
gboolean lan_share_stamp_equal (const LanShareStamp *a, const LanShareStamp *b);

/** Returns: (transfer full): a zeroed job of @type in @share. */
LanShareJob *lan_share_job_new (LanShareJobType type, const LanConversationId *share,
                                guint64 job) G_GNUC_WARN_UNUSED_RESULT;
void lan_share_job_free (LanShareJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanShareJob, lan_share_job_free)

/** Returns: (transfer full): an empty result that answers @job. */
LanShareResult *lan_share_result_new (const LanShareJob *job) G_GNUC_WARN_UNUSED_RESULT;
void lan_share_result_free (LanShareResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanShareResult, lan_share_result_free)

G_END_DECLS
