/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-job.h"

LAN_DEFINE_ERROR (LanFileError, lan_file_error, "lan-file-error", LAN_FILE_ERROR_LIST)

const char *
lan_file_error_text (const char *code)
{
  static const char *const texts[] = {
#define X(name, code, text) text,
    LAN_FILE_ERROR_LIST (X)
#undef X
  };
  LanFileError error;

  return lan_file_error_from_code (code, &error) ? texts[error] : texts[LAN_FILE_ERROR_IO];
}

gboolean
lan_file_error_from_code (const char *code, LanFileError *error)
{
  for (int i = 0; i < LAN_FILE_ERROR_N; i++) {
    if (g_strcmp0 (code, lan_file_error_code (i)) == 0) {
      *error = (LanFileError) i;
      return TRUE;
    }
  }
  return FALSE;
}

LanFileJob *
lan_file_job_new (LanFileJobType type, const LanMessageId *file, guint64 job)
{
  LanFileJob *made = g_new0 (LanFileJob, 1);

  made->type = type;
  made->file = *file;
  made->job = job;
  return made;
}

static void
clear_place (gpointer place)
{
  g_free (((LanFilePlace *) place)->path);
}

void
lan_file_job_add_place (LanFileJob *job, guint entry, const char *path)
{
  LanFilePlace place = { entry, g_strdup (path) };

  if (job->places == NULL) {
    job->places = g_array_new (FALSE, FALSE, sizeof place);
    g_array_set_clear_func (job->places, clear_place);
  }
  g_array_append_val (job->places, place);
}

void
lan_file_job_free (LanFileJob *job)
{
  if (job == NULL)
    return;
  g_free (job->path);
  g_free (job->name);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_clear_pointer (&job->bits, g_bytes_unref);
  g_clear_pointer (&job->places, g_array_unref);
  g_clear_pointer (&job->wanted, g_bytes_unref);
  g_clear_pointer (&job->tree, lan_file_tree_unref);
  g_free (job);
}

LanFileResult *
lan_file_result_new (const LanFileJob *job)
{
  LanFileResult *result = g_new0 (LanFileResult, 1);

  result->type = job->type;
  result->file = job->file;
  result->job = job->job;
  return result;
}

void
lan_file_result_free (LanFileResult *result)
{
  if (result == NULL)
    return;
  g_clear_error (&result->error);
  g_free (result->name);
  g_free (result->path);
  g_clear_pointer (&result->bytes, g_bytes_unref);
  g_clear_pointer (&result->leaves, g_bytes_unref);
  g_clear_pointer (&result->tree, lan_file_tree_unref);
  g_clear_pointer (&result->manifest, g_bytes_unref);
  g_clear_pointer (&result->bits, g_bytes_unref);
  g_free (result);
}
