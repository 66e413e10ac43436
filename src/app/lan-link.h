/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Addresses in what people write: where one begins and ends, whether a click may open it, and what
 * one has to know about where it goes. Pure functions, no widgets, nothing is opened here.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  LAN_LINK_WEB,  /* http:// or https:// */
  LAN_LINK_BARE, /* www. without a scheme */
  LAN_LINK_MAIL, /* somebody@example.com */
} LanLinkKind;

typedef struct {
  const char *start; /* into the text */
  gsize len;
  LanLinkKind kind;
} LanLinkPlace;

/**
 * The next address in @text at or after @from, a place in it. Linear in the length of @text when
 * called again from the end of what it found.
 * Returns: FALSE when there is none.
 */
gboolean lan_link_find (const char *text, const char *from, LanLinkPlace *place);

/** Returns: (transfer full): what @place stands for, with its scheme. */
char *lan_link_uri (const LanLinkPlace *place) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: whether a click may open @uri: http and https with a host, mailto with an address. */
gboolean lan_link_is_allowed (const char *uri);

/* What one has to know before one goes there. */
typedef struct {
  gboolean is_mail;
  gboolean is_secure; /* https */
  gboolean is_number; /* an address in digits instead of a name */
  gboolean has_user;  /* something before an @, which is not where it goes */
  gboolean is_mixed;  /* letters of several scripts, or ones that look like others */
  char *host;         /* as people write it; of mail the part behind the @ */
  char *ascii;        /* as the network asks for it, punycode; NULL: the same */
} LanLinkTarget;

/** Returns: (transfer full) (nullable): where @uri goes; NULL when it is not allowed. */
LanLinkTarget *lan_link_look (const char *uri) G_GNUC_WARN_UNUSED_RESULT;
void lan_link_target_free (LanLinkTarget *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LanLinkTarget, lan_link_target_free)

G_END_DECLS
