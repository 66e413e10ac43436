/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-job.h"

#include "lan-text.h"

#define SHOWN_BYTES 1024

LanShareFound *
lan_share_found_new (const char *path)
{
  LanShareFound *found = g_new0 (LanShareFound, 1);

  found->path = g_strdup (path);
  return found;
}

void
lan_share_found_free (LanShareFound *found)
{
  g_free (found->path);
  g_free (found);
}

LanShareSkipped *
lan_share_skipped_new (const char *path, LanShareSkip reason)
{
  LanShareSkipped *skipped = g_new0 (LanShareSkipped, 1);

  skipped->path = lan_text_clean_line (path, -1, SHOWN_BYTES);
  skipped->reason = reason;
  return skipped;
}

void
lan_share_skipped_free (LanShareSkipped *skipped)
{
  g_free (skipped->path);
  g_free (skipped);
}

const char *
lan_share_skip_name (LanShareSkip reason)
{
  static const char *const names[] = { "name", "case", "link", "special", "unreadable" };

  G_STATIC_ASSERT (G_N_ELEMENTS (names) == LAN_SHARE_SKIP_N);
  return reason < LAN_SHARE_SKIP_N ? names[reason] : "";
}

gboolean
lan_share_stamp_equal (const LanShareStamp *a, const LanShareStamp *b)
{
  return a->size == b->size && a->inode == b->inode && a->mtime_ns == b->mtime_ns &&
         a->ctime_ns == b->ctime_ns;
}

LanShareJob *
lan_share_job_new (LanShareJobType type, const LanConversationId *share, guint64 number)
{
  LanShareJob *job = g_new0 (LanShareJob, 1);

  job->type = type;
  job->share = *share;
  job->job = number;
  return job;
}

void
lan_share_job_free (LanShareJob *job)
{
  g_free (job->dir);
  g_free (job->staged);
  g_free (job->path);
  g_free (job->copy);
  g_clear_pointer (&job->known, g_ptr_array_unref);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

LanShareResult *
lan_share_result_new (const LanShareJob *job)
{
  LanShareResult *result = g_new0 (LanShareResult, 1);

  result->type = job->type;
  result->share = job->share;
  result->job = job->job;
  return result;
}

void
lan_share_result_free (LanShareResult *result)
{
  g_clear_error (&result->error);
  g_clear_pointer (&result->found, g_ptr_array_unref);
  g_clear_pointer (&result->gone, g_ptr_array_unref);
  g_clear_pointer (&result->folders, g_ptr_array_unref);
  g_clear_pointer (&result->unshared, g_ptr_array_unref);
  g_clear_pointer (&result->bytes, g_bytes_unref);
  g_free (result->copy);
  g_free (result->dir);
  g_free (result);
}
