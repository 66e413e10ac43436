/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A few people with the machine of shared folders each, a folder in memory and wires between them, under a
 * clock that moves only when it is told to.
 */
#pragma once

#include "lan-shares.h"

G_BEGIN_DECLS

#define WORLD_MAX 4

typedef struct _World World;

typedef struct {
  World *world;
  guint number;
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *cert;
  LanSeededRandom random;
  LanShares *shares;
  GPtrArray *rows;      /* of LanChange: everything that was ever kept, in order */
  GHashTable *files;    /* path -> content */
  GHashTable *stamps;   /* path -> guint64 (owned), another one for each change */
  GHashTable *incoming; /* staged name -> content */
  GPtrArray *versions;  /* of contents that made way */
  GQueue held;          /* of LanShareResult: done, and not told yet */
  gboolean blind;       /* jobs of the disk wait */
  gboolean slow;        /* what the disk did is told by world_let_go() only */
  gboolean is_full;     /* the store keeps nothing and says so */
  gboolean is_late;     /* the store says nothing until world_answer_store() */
  GArray *unanswered;   /* of guint64: batches */
  const char *link;     /* the name of something in the folder that cannot be shared */
  guint trims;          /* how often old versions were looked at; each time one goes */
  gboolean is_unheard;  /* that a file arrived does not reach who gave it */
  gboolean is_away;     /* the folder is not where it was: a new one may be made */
} Person;

struct _World {
  guint n;
  Person people[WORLD_MAX];
  gboolean wires[WORLD_MAX][WORLD_MAX];
  LanTime now;
  guint64 next_stamp;
  gboolean has_short; /* who starts from now on takes short contents as answers */
  guint answered;     /* contents that came so */
  guint refused;      /* frames that were answered with anything but OK or STATE */
};

World *world_new (guint n);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)
void world_connect (World *world, guint a, guint b, gboolean on);

/** Lets everything happen that does not take time, then @seconds go by, step by step. */
void world_run (World *world, guint seconds);

/** A person changes a file (NULL: removes it), and the folder's watcher says so. */
void world_write (World *world, guint person, const LanConversationId *share, const char *path,
                  const char *content);

/** The same, and nobody notices. */
void world_write_unseen (World *world, guint person, const char *path, const char *content);

/** What @person's disk did while it was slow is told. */
void world_let_go (World *world, guint person);

/** The oldest batch that waits at @person is written, or is not. FALSE: none waits. */
gboolean world_answer_store (World *world, guint person, gboolean ok);

const char *world_read (World *world, guint person, const char *path);
LanConversationId world_share (World *world, guint owner, const char *name);
const LanAccountId *world_account (World *world, guint person);

/** The program of @person is ended, and started again with what it had kept. */
void world_restart (World *world, guint person);

/**
 * The same out of a backup on another computer: a device of its own, which knows nothing of what lies where, and
 * the folder is not there.
 */
void world_restore (World *world, guint person);

/** @person hands a frame to @to as if it came over the wire. */
LanStatus world_inject (World *world, guint person, guint to, const LanFrame *frame);
LanShareItemState world_state (World *world, guint person, const LanConversationId *share,
                               const char *path);

/** How many lines of @kind are in the log of @person. */
guint world_log (World *world, guint person, const LanConversationId *share, LanShareLogKind kind);

G_END_DECLS
