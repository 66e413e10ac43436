/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-bundle-text.h"

#include <glib/gi18n.h>

static void
add (GString *out, const char *line)
{
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append (out, line);
}

/* A line where there is anything to say. */
#define add_count(out, n, format)                                                                  \
  do {                                                                                             \
    if ((n) > 0) {                                                                                 \
      g_autofree char *line_ = g_strdup_printf (format, n);                                        \
                                                                                                   \
      add (out, line_);                                                                            \
    }                                                                                              \
  } while (0)

/* --- written --- */

static void
add_unreached (GString *out, LanNode *node, const LanBundleUnreached *unreached)
{
  LanPerson *person = lan_node_find_peer (node, unreached->id, NULL);
  const char *name = person != NULL ? lan_person_get_name (person) : unreached->id;
  g_autofree char *line = NULL;

  if (unreached->no_key)
    line = g_strdup_printf (_ ("%s was not heard of for too long, so nothing new could be sealed. "
                               "A file from there, after this one was read, opens the way."),
                            name);
  else
    line = g_strdup_printf (_ ("%s is not a contact."), name);
  add (out, line);
}

/* How many letters of one's own, and in which file. */
static void
add_own (GString *out, const LanBundleWritten *written, const char *path)
{
  g_autofree char *size = g_format_size (written->bytes);
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *people = g_strdup_printf (
      ngettext ("for %u person", "for %u people", written->people), written->people);
  g_autofree char *line = NULL;

  if (written->letters > 0)
    /* Translators: "3 sealed letters for 2 people are in “monday.lanyard-bundle” (4.2 kB)." */
    line = g_strdup_printf (ngettext ("%u sealed letter %s is in “%s” (%s).",
                                      "%u sealed letters %s are in “%s” (%s).", written->letters),
                            written->letters, people, name, size);
  else
    /* Translators: a file's name and size */
    line = g_strdup_printf (_ ("No letter of yours is in “%s” (%s)."), name, size);
  add (out, line);
}

char *
lan_bundle_text_written (LanNode *node, const LanBundleWritten *written, const char *path)
{
  GString *out = g_string_new (NULL);

  add_own (out, written, path);
  add_count (out, written->others,
             ngettext ("%u letter that this computer carries for others is in it too.",
                       "%u letters that this computer carries for others are in it too.",
                       written->others));
  add_count (out, written->words,
             ngettext ("%u computer of your contacts learns by it what arrived here.",
                       "%u computers of your contacts learn by it what arrived here.",
                       written->words));
  if (written->is_full)
    add (out, _ ("Not everything fitted into one file."));
  for (guint i = 0; i < written->unreached->len; i++)
    add_unreached (out, node, g_ptr_array_index (written->unreached, i));
  return g_string_free (out, FALSE);
}

/* --- taken --- */

static void
add_refused (GString *out, const LanBundleTaken *taken)
{
  add_count (
      out, taken->unreadable,
      ngettext (
          "%u letter for you cannot be read: it was altered, or is for a key that is gone.",
          "%u letters for you cannot be read: they were altered, or are for a key that is gone.",
          taken->unreadable));
  add_count (out, taken->stranger,
             ngettext ("%u letter was refused: it is from somebody you blocked or removed.",
                       "%u letters were refused: they are from people you blocked or removed.",
                       taken->stranger));
  add_count (out, taken->no_room,
             ngettext ("%u letter for others was left: there is no room for more.",
                       "%u letters for others were left: there is no room for more.",
                       taken->no_room));
  add_count (out, taken->old,
             ngettext ("%u letter was left: it is too old, or a clock is wrong.",
                       "%u letters were left: they are too old, or a clock is wrong.", taken->old));
}

char *
lan_bundle_text_taken (const LanBundleTaken *taken)
{
  GString *out = g_string_new (NULL);

  add_count (out, taken->fresh,
             ngettext ("%u new letter for you.", "%u new letters for you.", taken->fresh));
  if (taken->fresh == 0)
    add (out, _ ("There was nothing new for you in it."));
  add_count (out, taken->known,
             ngettext ("%u letter for you was here already.",
                       "%u letters for you were here already.", taken->known));
  add_count (
      out, taken->waiting,
      ngettext ("%u letter for you waits for something before it: read the file again later.",
                "%u letters for you wait for something before them: read the file again later.",
                taken->waiting));
  add_count (out, taken->words,
             ngettext ("%u computer of your contacts told what has arrived there.",
                       "%u computers of your contacts told what has arrived there.", taken->words));
  add_count (
      out, taken->own,
      ngettext ("%u letter was written by you.", "%u letters were written by you.", taken->own));
  add_count (out, taken->kept,
             ngettext ("%u letter for others is carried from here now.",
                       "%u letters for others are carried from here now.", taken->kept));
  add_count (
      out, taken->left,
      ngettext (
          "%u letter for others was left: this computer carries none. You can agree to that in "
          "the preferences, under Privacy.",
          "%u letters for others were left: this computer carries none. You can agree to that "
          "in the preferences, under Privacy.",
          taken->left));
  add_refused (out, taken);
  return g_string_free (out, FALSE);
}

/* --- neither --- */

static const char *
known_error (const GError *error, gboolean writing)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return writing ? _ ("Cancelled; there is no file.") : _ ("Cancelled.");
  if (error->domain != LAN_NODE_ERROR)
    return NULL;
  switch ((LanNodeError) error->code) {
  case LAN_NODE_ERROR_NOT_FOUND:
    return writing ? _ ("There is nothing to take along: nothing waits for anybody.")
                   : _ ("The file is not there any more.");
  case LAN_NODE_ERROR_DISK_FULL:
    return _ ("There is no room left on the disk. Nothing was written.");
  case LAN_NODE_ERROR_INVALID:
    return writing ? _ ("There is such a file already. Choose another name.")
                   : _ ("This is no file that could be read.");
  case LAN_NODE_ERROR_DAMAGED:
    return _ ("This file holds no messages, or it was cut short or altered. Nothing of it was "
              "taken; have it copied again.");
  case LAN_NODE_ERROR_NEWER:
    return _ ("This file was written by a newer version. Update this program first.");
  default:
    return NULL;
  }
}

char *
lan_bundle_text_error (const GError *error, gboolean writing)
{
  const char *known = known_error (error, writing);

  return known != NULL ? g_strdup (known)
                       : g_strdup_printf (_ ("This did not work: %s"), error->message);
}
