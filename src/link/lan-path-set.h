/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The paths of one link: the one in use, and those being made to take its place. Each has a number;
 * 0 is the first, later ones grow, even when the link's offerer made them and odd when the answerer
 * did, so that both may move at once. The higher number wins on both sides, as soon as something
 * authentic has come over it; the lower ones go two seconds after. Private to this module.
 */
#pragma once

#include "lan-link.h"
#include "lan-pacer.h"

G_BEGIN_DECLS

#define LAN_PATH_SET_MAX 4 /* alive at once */

typedef struct _LanPathSet LanPathSet;

typedef struct {
  void (*signal) (gpointer data, LanLinkSignalType type, guint32 number, const char *text);
  /* Another path is in use, or none, or the one in use turned out to be of another type. */
  void (*current) (gpointer data);
  /* Send something sealed over @path, which may not be the current one: it is to be proved. */
  void (*prove) (gpointer data, LanPath *path);
  void (*datagram) (gpointer data, LanPath *path, const guint8 *bytes, gsize len);
} LanPathSetEvents;

/** @config is borrowed for the set's life. */
LanPathSet *lan_path_set_new (gboolean is_offerer, const LanPathConfig *config,
                              const LanPathSetEvents *events,
                              gpointer data) G_GNUC_WARN_UNUSED_RESULT;
void lan_path_set_free (LanPathSet *set);

/** Makes a new path of that kind and offers it. FALSE and an error: none could be made. */
gboolean lan_path_set_offer (LanPathSet *set, LanPathWay way, GError **error);

/** OFFER, ANSWER or CANDIDATE of the other side; FALSE when it breaks a rule. */
gboolean lan_path_set_signal (LanPathSet *set, LanLinkSignalType type, guint32 number,
                              const char *text);

/** Something authentic came over @path. */
void lan_path_set_heard (LanPathSet *set, LanPath *path);

/** The path in use and its pacer; NULL when there is none. */
LanPath *lan_path_set_current (const LanPathSet *set);
LanPacer *lan_path_set_pacer (const LanPathSet *set, const LanPath *path);

guint lan_path_set_count (const LanPathSet *set);
guint32 lan_path_set_made (const LanPathSet *set); /* since the start */
gint64 lan_path_set_next_deadline (const LanPathSet *set);
void lan_path_set_advance (LanPathSet *set, gint64 now_us);

G_END_DECLS
