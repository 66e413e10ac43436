/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Bundles between owner, core and store. The maker or reader runs in the owner's context (lan-node-bundle.c)
 * and hands a LanBundleJob to the engine and back with each piece, so that one piece is in memory.
 */
#pragma once

#include "lan-bundle.h"
#include "lan-command.h"
#include "lan-engine.h"

G_BEGIN_DECLS

/* Belongs to whoever was asked last: the engine until it replies. Reference counted, as questions may outlive
 * the asker. */
struct _LanBundleJob {
  /* making one: the first question plans, the others fill .out until it is over */
  GArray *people; /* of LanAccountId; NULL: all */
  LanBundlePlan *plan;
  GByteArray *out;
  gboolean is_over;
  /* reading one: .chunk is taken, an empty one is the file's end */
  LanBundleTake *take; /* NULL: it is being made */
  LanBundleReader *reader;
  GByteArray *chunk;
  LanStatus status;
  LanEngine *engine; /* while it is asked */
};

LanBundleJob *lan_bundle_job_new (gboolean reading) G_GNUC_WARN_UNUSED_RESULT;
void lan_bundle_job_unref (LanBundleJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanBundleJob, lan_bundle_job_unref)

/** BUNDLE. */
void lan_engine_bundle_execute (LanEngine *engine, LanCommand *command);

G_END_DECLS
