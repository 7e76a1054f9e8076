using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.ServiceDefaults.Tests.Configuration;

public sealed class ConnectionUrlTests
{
    [Theory]
    [InlineData("postgres://me:p%40ss%2Fword@db.example:6432/shop?sslmode=verify-full", "db.example", 6432, "me", "p@ss/word", "shop")]
    [InlineData("postgresql://me:secret@localhost/shop", "localhost", 5432, "me", "secret", "shop")]
    [InlineData("Host=localhost;Port=5433;Username=me;Password=secret;Database=shop", "localhost", 5433, "me", "secret", "shop")]
    public void Postgres_is_read_in_both_forms(string value, string host, int port, string user, string password, string database)
    {
        Assert.True(ConnectionUrl.TryParsePostgres(value, out var connectionString, out _));

        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        Assert.Equal(
            (host, port, user, password, database),
            (builder.Host!, builder.Port, builder.Username!, builder.Password!, builder.Database!));
    }

    [Fact]
    public void The_ssl_mode_of_libpq_is_understood()
    {
        Assert.True(ConnectionUrl.TryParsePostgres("postgres://u:p@h/d?sslmode=verify-full", out var connectionString, out _));
        Assert.Equal(SslMode.VerifyFull, new NpgsqlConnectionStringBuilder(connectionString).SslMode);
    }

    [Theory]
    [InlineData("redis://:p%40ss@cache:6380/2", "cache", 6380, "p@ss", false, 2)]
    [InlineData("rediss://user:secret@cache", "cache", 6379, "secret", true, null)]
    public void Redis_urls_are_read(string value, string host, int port, string password, bool ssl, int? database)
    {
        Assert.True(ConnectionUrl.TryParseRedis(value, out var options, out _));

        var endpoint = Assert.IsType<System.Net.DnsEndPoint>(Assert.Single(options.EndPoints));
        Assert.Equal((host, port, password, ssl, database), (endpoint.Host, endpoint.Port, options.Password, options.Ssl, options.DefaultDatabase));
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("  ", "is missing")]
    [InlineData("mysql://u:hunter2@h/d", "must start with postgres:// or postgresql://")]
    [InlineData("postgres://u:hunter2@h:port/d", "is not a URL")]
    [InlineData("postgres://u:hunter2@h/d?sslmode=maybe", "has an option that Npgsql does not know or cannot read")]
    [InlineData("Host=h;Password=hunter2;Nonsense=1", "has an option that Npgsql does not know or cannot read")]
    [InlineData("Username=u;Password=hunter2", "names no host")]
    public void A_malformed_value_is_explained_without_its_password(string? value, string expected)
    {
        Assert.False(ConnectionUrl.TryParsePostgres(value, out _, out var error));
        Assert.Equal(expected, error);
    }
}
