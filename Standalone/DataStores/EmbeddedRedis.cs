using System.Net;
using Garnet;
using Garnet.server;
using Garnet.server.Auth.Settings;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>
/// A server of Redis' protocol (Garnet) inside this process, on a free port of the loopback address, in memory.
/// </summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    private readonly PortLease _port;
    private readonly GarnetServer _server;

    private EmbeddedRedis(PortLease port, GarnetServer server, string password)
    {
        _port = port;
        _server = server;
        ConnectionString = $"127.0.0.1:{port.Port},password={password}";
    }

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts a server.</summary>
    public static async Task<EmbeddedRedis> StartAsync()
    {
        var port = PortLease.Take();
        var password = Secret.Create();
        var server = new GarnetServer(new GarnetServerOptions(null)
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port.Port)],
            AuthSettings = new PasswordAuthenticationSettings(password),
            EnableLua = true,
            // Without it scripts are not atomic: concurrent ones interleave, and limits over-admit
            LuaTransactionMode = true,
            LuaOptions = new LuaOptions(
                LuaMemoryManagementMode.Managed, "4m", TimeSpan.FromSeconds(1), LuaLoggingMode.Enable, [], null),
            QuietMode = true,
            LogMemorySize = "64m",
            PageSize = "1m",
            IndexMemorySize = "8m",
        });
        server.Start();
        return new EmbeddedRedis(port, server, password);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _port.DisposeAsync();
    }
}
