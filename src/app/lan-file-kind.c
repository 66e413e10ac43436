/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-file-kind.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
  const char *ends; /* between spaces */
  const char *style;
  const char *description;
  gboolean is_program;
} Row;

static const Row rows[] = {
  { " pdf ", "fpdf", N_ ("PDF document"), FALSE },
  { " doc docx odt rtf wps pages ", "fdoc", N_ ("text document"), FALSE },
  { " xls xlsx ods csv et numbers ", "fsheet", N_ ("spreadsheet"), FALSE },
  { " ppt pptx odp dps key ", "fslides", N_ ("presentation"), FALSE },
  { " txt md log tex ", "fdoc", N_ ("plain text"), FALSE },
  { " zip 7z rar gz xz bz2 zst tar tgz ", "fzip", N_ ("archive"), FALSE },
  { " iso img qcow2 vmdk ", "", N_ ("disk image"), FALSE },
  { " mp4 mkv mov avi webm wmv m4v ", "fvideo", N_ ("video"), FALSE },
  { " mp3 ogg opus flac wav m4a aac amr ", "faudio", N_ ("audio"), FALSE },
  { " png jpg jpeg gif webp bmp tif tiff svg heic ", "fpic", N_ ("picture"), FALSE },
  { " psd ai xcf dwg dxf step stp stl kra ", "fcode", N_ ("drawing"), FALSE },
  { " c h cc cpp rs go java kt swift ts json xml yaml yml toml html css sql ", "fcode",
    N_ ("source text"), FALSE },
  { " exe msi bat cmd com scr ps1 vbs js jar sh bash py pl rb run appimage deb rpm apk desktop "
    "lnk reg dll so ",
    "fprog", N_ ("program"), TRUE },
};

static char *
dup_end (const char *name)
{
  const char *dot = strrchr (name, '.');

  if (dot == NULL || dot == name || strlen (dot) > 12)
    return g_strdup ("");
  return g_ascii_strdown (dot + 1, -1);
}

LanFileKind
lan_file_kind (const char *name)
{
  g_autofree char *end = dup_end (name);
  g_autofree char *wanted = g_strdup_printf (" %s ", end);

  for (guint i = 0; *end != '\0' && strchr (end, ' ') == NULL && i < G_N_ELEMENTS (rows); i++) {
    if (strstr (rows[i].ends, wanted) != NULL)
      return (LanFileKind){ rows[i].style, _ (rows[i].description), rows[i].is_program };
  }
  return (LanFileKind){ "", _ ("file"), FALSE };
}

char *
lan_file_kind_letters (const char *name)
{
  g_autofree char *end = dup_end (name);
  const char *p = end;

  while (g_ascii_isalnum (*p) && p - end < 4)
    p++;
  return g_ascii_strup (end, p - end);
}
