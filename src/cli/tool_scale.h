#ifndef PH_CLI_TOOL_SCALE_H
#define PH_CLI_TOOL_SCALE_H

/* `parahost tool scale decode TYPE BYTES | encode TYPE JSON | types [--json]`; argv[0] is "scale". Returns the exit
 * status: 0, or 2 when the type, bytes or JSON are wrong. */
int ph_cli_tool_scale(int argc, char **argv);

#endif
