/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-share-look.h"

#include <glib/gi18n.h>
#include <string.h>

char *
lan_share_look_person (LanNode *node, const char *id)
{
  LanPerson *self = lan_node_get_self (node);
  LanPerson *person = id != NULL ? lan_node_find_person (node, id, NULL) : NULL;

  if (id != NULL && self != NULL && g_str_equal (lan_person_get_id (self), id))
    return g_strdup (_ ("You"));
  return g_strdup (person != NULL ? lan_person_get_name (person) : _ ("Somebody"));
}

char *
lan_share_look_line (LanNode *node, LanShare *share)
{
  guint n = lan_share_get_members (share)->len;
  g_autofree char *owner = NULL;

  if (lan_share_get_status (share) == LAN_SHARE_STATUS_OPEN)
    return n == 0 ? g_strdup (_ ("Yours, with nobody yet"))
                  : g_strdup_printf (ngettext ("Yours, with %u person", "Yours, with %u people", n),
                                     n);
  owner = lan_share_look_person (node, lan_share_get_owner (share));
  return g_strdup_printf (lan_share_get_access (share) == LAN_SHARE_ACCESS_WRITE
                              ? _ ("From %s, you may change it")
                              : _ ("From %s, to see and fetch"),
                          owner);
}

char *
lan_share_look_sum (LanShare *share)
{
  guint files = lan_share_get_files (share);
  guint here = lan_share_get_here (share);
  guint busy = lan_share_get_busy (share);
  g_autofree char *size = g_format_size (lan_share_get_size (share));
  g_autofree char *count =
      g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", files), files, size);

  if (busy > 0)
    return g_strdup_printf (ngettext ("%s, %u on its way", "%s, %u on their way", busy), count,
                            busy);
  if (g_strcmp0 (lan_share_get_error_code (share), "not-found") == 0)
    return g_steal_pointer (&count); /* what of it is here nobody knows */
  if (here == files)
    return g_strdup_printf (_ ("%s, all of it here"), count);
  return g_strdup_printf (_ ("%s, %u of them here"), count, here);
}

const char *
lan_share_look_tag (LanShare *share, const char **style)
{
  *style = "bad";
  if (lan_share_get_error_code (share) != NULL)
    return _ ("Problem");
  *style = "acc";
  if (lan_share_get_status (share) == LAN_SHARE_STATUS_INVITED)
    return _ ("New");
  *style = "wrn";
  if (lan_share_get_conflicts (share) > 0)
    return _ ("Conflict");
  *style = "";
  if (lan_share_get_status (share) == LAN_SHARE_STATUS_ENDED)
    return _ ("Ended");
  if (lan_share_get_status (share) == LAN_SHARE_STATUS_LEFT)
    return _ ("Left");
  return lan_share_get_busy (share) > 0 ? _ ("Fetching") : NULL;
}

gboolean
lan_share_look_is_copy (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;

  return strstr (name, " (conflict 20") != NULL || g_str_has_prefix (name, "conflict 20");
}

/* Why something in the folder cannot be shared: the words of the log and the tree. */
static const char *
reason (const char *code)
{
  if (g_strcmp0 (code, "name") == 0)
    return _ ("other systems cannot have this name");
  if (g_strcmp0 (code, "case") == 0)
    return _ ("differs from another name by upper and lower case only");
  if (g_strcmp0 (code, "link") == 0)
    return _ ("a link");
  if (g_strcmp0 (code, "special") == 0)
    return _ ("neither a file nor a folder");
  return _ ("cannot be read");
}

char *
lan_share_look_state (const LanSharedEntry *entry)
{
  switch (entry->state) {
  case LAN_SHARED_STATE_HERE:
    return g_strdup (lan_share_look_is_copy (entry->path) ? _ ("Other version of a conflict") : "");
  case LAN_SHARED_STATE_AWAY:
    return g_strdup (_ ("Not here"));
  case LAN_SHARED_STATE_OLD:
    return g_strdup (_ ("Older version here"));
  case LAN_SHARED_STATE_FETCHING:
    return g_strdup (_ ("On its way"));
  case LAN_SHARED_STATE_CHANGED:
    return g_strdup (_ ("Changed only here"));
  case LAN_SHARED_STATE_EXTRA:
    return g_strdup (_ ("Only here"));
  case LAN_SHARED_STATE_REMOVED:
    return g_strdup (_ ("Removed by others"));
  case LAN_SHARED_STATE_CLASH:
    return g_strdup (_ ("Name differs by case only"));
  case LAN_SHARED_STATE_FAILED:
    return g_strdup (lan_share_look_error (entry->error));
  case LAN_SHARED_STATE_SKIPPED:
    return g_strdup_printf (_ ("Not shared: %s"), reason (entry->error));
  }
  return g_strdup ("");
}

const char *
lan_share_look_error (const char *code)
{
  if (g_strcmp0 (code, "not-found") == 0)
    return _ ("The folder is not there, or is another one. Is its drive connected?");
  if (g_strcmp0 (code, "access") == 0 || g_strcmp0 (code, "read-only") == 0)
    return _ ("The folder cannot be written to.");
  if (g_strcmp0 (code, "disk-full") == 0)
    return _ ("The disk is full. It goes on once there is room.");
  if (g_strcmp0 (code, "shared-twice") == 0)
    return _ ("The folder is part of another shared folder, or the same one.");
  if (g_strcmp0 (code, "too-large") == 0)
    return _ ("There are too many files in it.");
  if (g_strcmp0 (code, "changed") == 0)
    return _ ("It is being changed right now.");
  return _ ("It did not work; it is tried again.");
}

static char *
record_of_path (const LanSharedRecord *record, const char *who)
{
  switch (record->event) {
  case LAN_SHARED_EVENT_CHANGED:
    return g_strdup_printf (_ ("%s changed “%s”"), who, record->path);
  case LAN_SHARED_EVENT_REMOVED:
    return g_strdup_printf (_ ("%s removed “%s”"), who, record->path);
  case LAN_SHARED_EVENT_FETCHED:
    return g_strdup_printf (_ ("%s fetched “%s” from here"), who, record->path);
  case LAN_SHARED_EVENT_GOT:
    return g_strdup_printf (_ ("“%s” came from %s"), record->path, who);
  case LAN_SHARED_EVENT_SKIPPED:
    return g_strdup_printf (_ ("“%s” is not shared: %s"), record->path, reason (record->other));
  case LAN_SHARED_EVENT_CONFLICT:
    if (*record->other != '\0')
      return g_strdup_printf (
          _ ("“%s” was changed on both sides. The other version is kept as “%s”"), record->path,
          record->other);
    return g_strdup_printf (_ ("“%s” was changed on both sides; both versions stay"), record->path);
  default:
    return NULL;
  }
}

static char *
record_of_access (const LanSharedRecord *record, const char *who)
{
  switch (record->number) {
  case LAN_SHARE_ACCESS_NONE:
    return g_strdup_printf (_ ("%s was taken out"), who);
  case LAN_SHARE_ACCESS_READ:
    return g_strdup_printf (_ ("%s may see and fetch"), who);
  default:
    return g_strdup_printf (_ ("%s may also change files"), who);
  }
}

char *
lan_share_look_record (LanNode *node, const LanSharedRecord *record)
{
  g_autofree char *who = lan_share_look_person (node, record->who);
  guint n = (guint) MIN (record->number, G_MAXUINT);

  switch (record->event) {
  case LAN_SHARED_EVENT_CREATED:
    return g_strdup (_ ("The folder was shared"));
  case LAN_SHARED_EVENT_INVITED:
    return g_strdup_printf (_ ("%s was invited"), who);
  case LAN_SHARED_EVENT_JOINED:
    return g_strdup_printf (_ ("%s takes part"), who);
  case LAN_SHARED_EVENT_LEFT:
    return g_strdup_printf (_ ("%s left"), who);
  case LAN_SHARED_EVENT_RIGHTS:
    return record_of_access (record, who);
  case LAN_SHARED_EVENT_REFUSED:
    return g_strdup_printf (
        _ ("%s showed something that was not signed as it must be; it was refused"), who);
  case LAN_SHARED_EVENT_MANY:
    return g_strdup_printf (ngettext ("%s changed %u file", "%s changed %u files", n), who, n);
  case LAN_SHARED_EVENT_TRIMMED:
    return g_strdup_printf (ngettext ("%u old version was removed to make room",
                                      "%u old versions were removed to make room", n),
                            n);
  default:
    return record_of_path (record, who);
  }
}

const char *
lan_share_look_record_icon (const LanSharedRecord *record)
{
  switch (record->event) {
  case LAN_SHARED_EVENT_CHANGED:
  case LAN_SHARED_EVENT_MANY:
    return "document-edit-symbolic";
  case LAN_SHARED_EVENT_REMOVED:
  case LAN_SHARED_EVENT_TRIMMED:
    return "edit-delete-symbolic";
  case LAN_SHARED_EVENT_FETCHED:
    return "go-up-symbolic";
  case LAN_SHARED_EVENT_GOT:
    return "go-down-symbolic";
  case LAN_SHARED_EVENT_CONFLICT:
  case LAN_SHARED_EVENT_REFUSED:
  case LAN_SHARED_EVENT_SKIPPED:
    return "dialog-warning-symbolic";
  case LAN_SHARED_EVENT_CREATED:
    return "folder-symbolic";
  default:
    return "lanyard-people-symbolic";
  }
}
