"""The few icons we use: paths from Tabler Icons 3.51 (https://tabler.io/icons, MIT licence, © Paweł Kuna).

Drawn inline: no request, and they print. Each stands beside a word, so each is hidden from screen readers.
"""

PATHS: dict[str, str] = {
    "alert": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0"/><path d="M12 8v4"/><path d="M12 16h.01"/>'
    ),
    "back": '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M15 6l-6 6l6 6"/>',
    "bed": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M5 9a2 2 0 1 0 4 0a2 2 0 1 0 -4 0"/><path d="M22 17v-3h-20"/><path d="M2 8v9"/>'
        '<path d="M12 14h10v-2a3 3 0 0 0 -3 -3h-7v5"/>'
    ),
    "bell": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M10 5a2 2 0 1 1 4 0a7 7 0 0 1 4 6v3a4 4 0 0 0 2 3h-16a4 4 0 0 0 2 -3v-3a7 7 0 0 1 4 '
        '-6"/><path d="M9 17v1a3 3 0 0 0 6 0v-1"/>'
    ),
    "building": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M3 21l18 0"/><path d="M9 8l1 0"/>'
        '<path d="M9 12l1 0"/><path d="M9 16l1 0"/><path d="M14 8l1 0"/><path d="M14 12l1 0"/>'
        '<path d="M14 16l1 0"/><path d="M5 21v-16a2 2 0 0 1 2 -2h10a2 2 0 0 1 2 2v16"/>'
    ),
    "calendar": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 7a2 2 0 0 1 2 -2h12a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2v-12"/>'
        '<path d="M16 3v4"/><path d="M8 3v4"/><path d="M4 11h16"/>'
    ),
    "chart": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 13a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v6a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1l0 -6"/>'
        '<path d="M15 9a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v10a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1l0 -10"/>'
        '<path d="M9 5a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v14a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1l0 -14"/>'
        '<path d="M4 20h14"/>'
    ),
    "check": '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M5 12l5 5l10 -10"/>',
    "children": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M5 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"/>'
        '<path d="M3 21v-2a4 4 0 0 1 4 -4h4a4 4 0 0 1 4 4v2"/><path d="M16 3.13a4 4 0 0 1 0 7.75"/>'
        '<path d="M21 21v-2a4 4 0 0 0 -3 -3.85"/>'
    ),
    "clock": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0"/><path d="M12 7v5l3 3"/>'
    ),
    "close": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M18 6l-12 12"/><path d="M6 6l12 12"/>'
    ),
    "done": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0"/><path d="M9 12l2 2l4 -4"/>'
    ),
    "door": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M14 12v.01"/><path d="M3 21h18"/>'
        '<path d="M6 21v-16a2 2 0 0 1 2 -2h8a2 2 0 0 1 2 2v16"/>'
    ),
    "down": '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M6 9l6 6l6 -6"/>',
    "download": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2"/><path d="M7 11l5 5l5 -5"/>'
        '<path d="M12 4l0 12"/>'
    ),
    "edit": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 20h4l10.5 -10.5a2.828 2.828 0 1 0 -4 -4l-10.5 10.5v4"/><path d="M13.5 6.5l4 4"/>'
    ),
    "eye": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M10 12a2 2 0 1 0 4 0a2 2 0 0 0 -4 0"/>'
        '<path d="M21 12c-2.4 4 -5.4 6 -9 6c-3.6 0 -6.6 -2 -9 -6c2.4 -4 5.4 -6 9 -6c3.6 0 6.6 2 9 6"/>'
    ),
    "filter": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 4h16v2.172a2 2 0 0 1 -.586 1.414l-4.414 4.414v7l-6 2v-8.5l-4.48 -4.928a2 2 0 0 1 '
        '-.52 -1.345v-2.227"/>'
    ),
    "flag": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M5 5a5 5 0 0 1 7 0a5 5 0 0 0 7 0v9a5 5 0 0 1 -7 0a5 5 0 0 0 -7 0v-9"/>'
        '<path d="M5 21v-7"/>'
    ),
    "help": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0"/><path d="M12 17l0 .01"/>'
        '<path d="M12 13.5a1.5 1.5 0 0 1 1 -1.5a2.6 2.6 0 1 0 -3 -4"/>'
    ),
    "hide": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M10.585 10.587a2 2 0 0 0 2.829 2.828"/>'
        '<path d="M16.681 16.673a8.717 8.717 0 0 1 -4.681 1.327c-3.6 0 -6.6 -2 -9 -6c1.272 -2.12 2.712 '
        "-3.678 4.32 -4.674m2.86 -1.146a9.055 9.055 0 0 1 1.82 -.18c3.6 0 6.6 2 9 6c-.666 1.11 -1.379 "
        '2.067 -2.138 2.87"/><path d="M3 3l18 18"/>'
    ),
    "history": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M12 8l0 4l2 2"/>'
        '<path d="M3.05 11a9 9 0 1 1 .5 4m-.5 5v-5h5"/>'
    ),
    "home": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M5 12l-2 0l9 -9l9 9l-2 0"/>'
        '<path d="M5 12v7a2 2 0 0 0 2 2h10a2 2 0 0 0 2 -2v-7"/>'
        '<path d="M9 21v-6a2 2 0 0 1 2 -2h2a2 2 0 0 1 2 2v6"/>'
    ),
    "info": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 0 0 -18 0"/><path d="M12 9h.01"/><path d="M11 12h1v4h1"/>'
    ),
    "key": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M16.555 3.843l3.602 3.602a2.877 2.877 0 0 1 0 4.069l-2.643 2.643a2.877 2.877 0 0 1 '
        "-4.069 0l-.301 -.301l-6.558 6.558a2 2 0 0 1 -1.239 .578l-.175 .008h-1.172a1 1 0 0 1 -.993 "
        "-.883l-.007 -.117v-1.172a2 2 0 0 1 .467 -1.284l.119 -.13l.414 -.414h2v-2h2v-2l2.144 "
        '-2.144l-.301 -.301a2.877 2.877 0 0 1 0 -4.069l2.643 -2.643a2.877 2.877 0 0 1 4.069 0"/>'
        '<path d="M15 9h.01"/>'
    ),
    "language": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M9 6.371c0 4.418 -2.239 6.629 -5 6.629"/><path d="M4 6.371h7"/>'
        '<path d="M5 9c0 2.144 2.252 3.908 6 4"/><path d="M12 20l4 -9l4 9"/><path d="M19.1 18h-6.2"/>'
        '<path d="M6.694 3l.793 .582"/>'
    ),
    "list": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M3.5 5.5l1.5 1.5l2.5 -2.5"/>'
        '<path d="M3.5 11.5l1.5 1.5l2.5 -2.5"/><path d="M3.5 17.5l1.5 1.5l2.5 -2.5"/>'
        '<path d="M11 6l9 0"/><path d="M11 12l9 0"/><path d="M11 18l9 0"/>'
    ),
    "lock": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M5 13a2 2 0 0 1 2 -2h10a2 2 0 0 1 2 2v6a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-6"/>'
        '<path d="M11 16a1 1 0 1 0 2 0a1 1 0 0 0 -2 0"/><path d="M8 11v-4a4 4 0 1 1 8 0v4"/>'
    ),
    "me": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 12a9 9 0 1 0 18 0a9 9 0 1 0 -18 0"/><path d="M9 10a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"/>'
        '<path d="M6.168 18.849a4 4 0 0 1 3.832 -2.849h4a4 4 0 0 1 3.834 2.855"/>'
    ),
    "moon": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M12 3c.132 0 .263 0 .393 0a7.5 7.5 0 0 0 7.92 12.446a9 9 0 1 1 -8.313 -12.454l0 '
        '.008"/>'
    ),
    "more": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"/><path d="M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"/>'
        '<path d="M18 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"/>'
    ),
    "next": '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M9 6l6 6l-6 6"/>',
    "paperclip": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M15 7l-6.5 6.5a1.5 1.5 0 0 0 3 3l6.5 -6.5a3 3 0 0 0 -6 -6l-6.5 6.5a4.5 4.5 0 0 0 9 '
        '9l6.5 -6.5"/>'
    ),
    "person": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M8 7a4 4 0 1 0 8 0a4 4 0 0 0 -8 0"/>'
        '<path d="M6 21v-2a4 4 0 0 1 4 -4h4a4 4 0 0 1 4 4v2"/>'
    ),
    "phone": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M5 4h4l2 5l-2.5 1.5a11 11 0 0 0 5 5l1.5 -2.5l5 2v4a2 2 0 0 1 -2 2a16 16 0 0 1 -15 '
        '-15a2 2 0 0 1 2 -2"/>'
    ),
    "place": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M9 11a3 3 0 1 0 6 0a3 3 0 0 0 -6 0"/>'
        '<path d="M17.657 16.657l-4.243 4.243a2 2 0 0 1 -2.827 0l-4.244 -4.243a8 8 0 1 1 11.314 0"/>'
    ),
    "plus": '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M12 5l0 14"/><path d="M5 12l14 0"/>',
    "print": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M17 17h2a2 2 0 0 0 2 -2v-4a2 2 0 0 0 -2 -2h-14a2 2 0 0 0 -2 2v4a2 2 0 0 0 2 2h2"/>'
        '<path d="M17 9v-4a2 2 0 0 0 -2 -2h-6a2 2 0 0 0 -2 2v4"/>'
        '<path d="M7 15a2 2 0 0 1 2 -2h6a2 2 0 0 1 2 2v4a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2l0 -4"/>'
    ),
    "roster": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M14 3v4a1 1 0 0 0 1 1h4"/>'
        '<path d="M17 21h-10a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2h7l5 5v11a2 2 0 0 1 -2 2"/>'
        '<path d="M8 11h8v7h-8l0 -7"/><path d="M8 15h8"/><path d="M11 11v7"/>'
    ),
    "school": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M22 9l-10 -4l-10 4l10 4l10 -4v6"/>'
        '<path d="M6 10.6v5.4a6 3 0 0 0 12 0v-5.4"/>'
    ),
    "search": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 10a7 7 0 1 0 14 0a7 7 0 1 0 -14 0"/><path d="M21 21l-6 -6"/>'
    ),
    "send": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M10 14l11 -11"/>'
        '<path d="M21 3l-6.5 18a.55 .55 0 0 1 -1 0l-3.5 -7l-7 -3.5a.55 .55 0 0 1 0 -1l18 -6.5"/>'
    ),
    "settings": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M10.325 4.317c.426 -1.756 2.924 -1.756 3.35 0a1.724 1.724 0 0 0 2.573 1.066c1.543 '
        "-.94 3.31 .826 2.37 2.37a1.724 1.724 0 0 0 1.065 2.572c1.756 .426 1.756 2.924 0 3.35a1.724 "
        "1.724 0 0 0 -1.066 2.573c.94 1.543 -.826 3.31 -2.37 2.37a1.724 1.724 0 0 0 -2.572 1.065c-.426 "
        "1.756 -2.924 1.756 -3.35 0a1.724 1.724 0 0 0 -2.573 -1.066c-1.543 .94 -3.31 -.826 -2.37 "
        "-2.37a1.724 1.724 0 0 0 -1.065 -2.572c-1.756 -.426 -1.756 -2.924 0 -3.35a1.724 1.724 0 0 0 "
        '1.066 -2.573c-.94 -1.543 .826 -3.31 2.37 -2.37c1 .608 2.296 .07 2.572 -1.065"/>'
        '<path d="M9 12a3 3 0 1 0 6 0a3 3 0 0 0 -6 0"/>'
    ),
    "shield": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M12 3a12 12 0 0 0 8.5 3a12 12 0 0 1 -8.5 15a12 12 0 0 1 -8.5 -15a12 12 0 0 0 8.5 -3"/>'
    ),
    "sign-out": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M14 8v-2a2 2 0 0 0 -2 -2h-7a2 2 0 0 0 -2 2v12a2 2 0 0 0 2 2h7a2 2 0 0 0 2 -2v-2"/>'
        '<path d="M9 12h12l-3 -3"/><path d="M18 15l3 -3"/>'
    ),
    "sun": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"/>'
        '<path d="M3 12h1m8 -9v1m8 8h1m-9 8v1m-6.4 -15.4l.7 .7m12.1 -.7l-.7 .7m0 11.4l.7 .7m-12.1 '
        '-.7l-.7 .7"/>'
    ),
    "talk": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M3 20l1.3 -3.9c-2.324 -3.437 -1.426 -7.872 2.1 -10.374c3.526 -2.501 8.59 -2.296 '
        "11.845 .48c3.255 2.777 3.695 7.266 1.029 10.501c-2.666 3.235 -7.615 4.215 -11.574 2.293l-4.7 "
        '1"/>'
    ),
    "today": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M11.5 21h-5.5a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2h12a2 2 0 0 1 2 2v6"/>'
        '<path d="M16 3v4"/><path d="M8 3v4"/><path d="M4 11h16"/><path d="M15 19l2 2l4 -4"/>'
    ),
    "trash": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M4 7l16 0"/><path d="M10 11l0 6"/>'
        '<path d="M14 11l0 6"/><path d="M5 7l1 12a2 2 0 0 0 2 2h8a2 2 0 0 0 2 -2l1 -12"/>'
        '<path d="M9 7v-3a1 1 0 0 1 1 -1h4a1 1 0 0 1 1 1v3"/>'
    ),
    "undo": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M9 14l-4 -4l4 -4"/>'
        '<path d="M5 10h11a4 4 0 1 1 0 8h-1"/>'
    ),
    "upload": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        '<path d="M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2 -2v-2"/><path d="M7 9l5 -5l5 5"/>'
        '<path d="M12 4l0 12"/>'
    ),
    "warning": (
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/><path d="M12 9v4"/>'
        '<path d="M10.363 3.591l-8.106 13.534a1.914 1.914 0 0 0 1.636 2.871h16.214a1.914 1.914 0 0 0 '
        '1.636 -2.87l-8.106 -13.536a1.914 1.914 0 0 0 -3.274 0"/><path d="M12 16h.01"/>'
    ),
}
