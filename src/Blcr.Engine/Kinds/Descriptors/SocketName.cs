using Blcr.Linux;

namespace Blcr.Engine.Kinds.Descriptors;

/// <summary>A socket in words: family and type.</summary>
internal static class SocketName
{
    private const int SolSocket = 1;  // SOL_SOCKET
    private const int SoType = 3;     // SO_TYPE
    private const int SoDomain = 39;  // SO_DOMAIN

    private const string Later = "Checkpoint the program when it has no socket open; a later version will save sockets.";

    public static (string What, string WhatToDo) Describe(FoundDescription found)
    {
        using Fd socket = found.Duplicate();
        int family = Option(socket, SoDomain);
        string type = Option(socket, SoType) switch
        {
            1 => "stream",
            2 => "datagram",
            3 => "raw",
            5 => "sequenced-packet",
            _ => "special",
        };
        return family switch
        {
            2 => ($"an IPv4 {type} socket ({Protocol(type)})", Later),
            10 => ($"an IPv6 {type} socket ({Protocol(type)})", Later),
            16 => ("a netlink socket", Later),
            17 => ("a packet socket", Later),
            _ => ($"a {type} socket of address family {family}", Later),
        };
    }

    private static string Protocol(string type) => type switch
    {
        "stream" => "TCP",
        "datagram" => "UDP",
        _ => "raw IP",
    };

    private static unsafe int Option(Fd socket, int option)
    {
        int value = -1;
        int length = sizeof(int);
        _ = Sys.Call(SyscallNumber.Getsockopt, socket.Number, SolSocket, option, (nint)(&value), (nint)(&length)); // -1 stays: for words only
        return value;
    }
}
