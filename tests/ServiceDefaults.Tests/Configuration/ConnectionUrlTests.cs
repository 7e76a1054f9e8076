using CsCheck;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.ServiceDefaults.Tests.Configuration;

public sealed class ConnectionUrlTests
{
    private const string Encoded =
        "is not a URL: special characters of a password must be percent-encoded (@ is %40, / is %2F, # is %23, ? is %3F)";

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

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void The_ssl_modes_of_libpq_are_understood(string mode, SslMode expected) =>
        Assert.Equal(expected, Postgres($"postgres://u:p@h/d?sslmode={mode}").SslMode);

    [Fact]
    public void The_options_of_libpq_and_of_Npgsql_are_understood()
    {
        var builder = Postgres(
            "postgres://u:p@h/d?application_name=my%20app&connect_timeout=7&options=-c%20search_path%3Dmine&Maximum%20Pool%20Size=5"
            + "&sslrootcert=/ca.pem&pgbouncer=true");

        Assert.Equal(
            ("my app", 7, "-c search_path=mine", 5),
            (builder.ApplicationName!, builder.Timeout, builder.Options!, builder.MaxPoolSize));
        Assert.Equal("/ca.pem", builder.RootCertificate);
    }

    /// <summary>Npgsql would take the first that answers, and it refuses a choice where there is none, which libpq takes.</summary>
    [Theory]
    [InlineData("postgres://u:p@one,two/d", "primary")]
    [InlineData("Host=one,two;Database=d", "primary")]
    [InlineData("postgres://u:p@one,two/d?target_session_attrs=any", "any")]
    [InlineData("Host=one,two;Target Session Attributes=prefer-standby", "prefer-standby")]
    [InlineData("postgres://u:p@one/d?target_session_attrs=read-write", null)]
    [InlineData("Host=one;Target Session Attributes=primary", null)]
    public async Task Of_several_hosts_the_one_that_takes_writes_is_asked(string value, string? expected)
    {
        var builder = Postgres(value);

        Assert.Equal(expected, builder.TargetSessionAttributes);
        await using var usable = NpgsqlDataSource.Create(builder);
    }

    [Theory]
    [InlineData("postgres://u:p@h/d", GssEncryptionMode.Disable)]
    [InlineData("Host=h", GssEncryptionMode.Disable)]
    [InlineData("postgres://u:p@h/d?gssencmode=prefer", GssEncryptionMode.Prefer)]
    [InlineData("Host=h;GSS Encryption Mode=Require", GssEncryptionMode.Require)]
    public void Kerberos_is_tried_only_where_it_is_asked_for(string value, GssEncryptionMode expected) =>
        Assert.Equal(expected, Postgres(value).GssEncryptionMode);

    [Theory]
    [InlineData("postgres://u:p@[::1]/d", "::1", 5432)]
    [InlineData("postgres://u:p@[2001:db8::7]:6000/d", "2001:db8::7", 6000)]
    [InlineData("postgres://u:p@one,two:6000/d", "one:5432,two:6000", 5432)]
    [InlineData("postgres://u:p@[::1]:6000,two/d", "[::1]:6000,two:5432", 5432)]
    [InlineData("postgres://u:p@%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql", 5432)]
    [InlineData("postgres:///d?host=h&port=6000&user=u&password=p", "h", 6000)]
    [InlineData("Host=h;Password=a://b", "h", 5432)]
    public void Postgres_hosts_come_in_all_forms(string value, string host, int port)
    {
        var builder = Postgres(value);
        Assert.Equal((host, port), (builder.Host!, builder.Port));
    }

    [Theory]
    [InlineData("redis://:p%40ss@cache:6380/2", "Unspecified/cache:6380", null, "p@ss", false, 2)]
    [InlineData("rediss://user:secret@cache", "Unspecified/cache:6379", "user", "secret", true, null)]
    [InlineData("redis://:a%2Cb%3Dc@cache?db=3&clientName=me", "Unspecified/cache:6379", null, "a,b=c", false, 3)]
    [InlineData("redis://[::1]:6380", "[::1]:6380", null, null, false, null)]
    [InlineData("redis://one,two:6380", "Unspecified/one:6379 Unspecified/two:6380", null, null, false, null)]
    [InlineData("cache:6380,password=a://b,ssl=true", "Unspecified/cache:6380", null, "a://b", true, null)]
    public void Redis_is_read_in_both_forms(string value, string hosts, string? user, string? password, bool ssl, int? database)
    {
        Assert.True(ConnectionUrl.TryParseRedis(value, out var options, out var error), error);

        Assert.Equal(
            (hosts, user, password, ssl, database),
            (string.Join(' ', options.EndPoints), options.User, options.Password, options.Ssl, options.DefaultDatabase));
    }

    [Fact]
    public void The_options_of_the_Redis_client_are_understood()
    {
        Assert.True(ConnectionUrl.TryParseRedis("rediss://h?connectTimeout=700&name=me&sslHost=other&protocol=resp2", out var options, out _));
        Assert.Equal((700, "me", "other", true), (options.ConnectTimeout, options.ClientName, options.SslHost, options.Ssl));
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("  ", "is missing")]
    [InlineData("mysql://u:hunter2@h/d", "must start with postgres:// or postgresql://")]
    [InlineData("postgres://u:hunter2@h:port/d", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgres://u:hunter2@h:0/d", "has a port that is not a number from 1 to 65535")]
    [InlineData("postgres://u:hunter2@::1/d", "has an IPv6 address without brackets. Write [::1]")]
    [InlineData("postgres://u:hunter2@[::1/d", "has a host that is neither a name nor an address")]
    [InlineData("postgres://u:hunter2@two words/d", "has a host that is neither a name nor an address")]
    [InlineData("postgres://u:hunter/2@h/d", Encoded)]
    [InlineData("postgres://u:hunter?2@h/d", Encoded)]
    [InlineData("postgres://u:hunter#2@h/d", Encoded)]
    [InlineData("postgres://u:123/4@h/d", Encoded)]
    [InlineData("postgres://u:hunter2@h/d?sslmode=maybe",
        "has a value for sslmode that cannot be read: use disable, allow, prefer, require, verify-ca or verify-full")]
    [InlineData("postgres://u:hunter2@h/d?connect_timeout=hunter2", "has a value for connect_timeout that cannot be read")]
    [InlineData("postgres://u:hunter2@h/d?sslmod=require", "has an option that Npgsql does not know: did you mean sslmode?")]
    [InlineData("postgres://u:hunter2@h/d?hunter2=1", "has an option that Npgsql does not know")]
    [InlineData("postgres://u:hunter2@h/d?sslmode", "has an option without a value. Write ?name=value")]
    [InlineData("postgres://u:hunter2@/d", "names no host")]
    [InlineData("Host=h;Password=hunter2;Nonsense=1", "has an option that Npgsql does not know or cannot read")]
    [InlineData("Host=h;Password=hunter2;Nonsense=", "has an option that Npgsql does not know or cannot read")]
    [InlineData("Username=u;Password=hunter2", "names no host")]
    public void A_malformed_Postgres_value_is_explained_without_its_password(string? value, string expected)
    {
        Assert.False(ConnectionUrl.TryParsePostgres(value, out _, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("http://u:hunter2@h", "must start with redis:// or rediss://")]
    [InlineData("redis://:hunter2@h/zero", "has a path that is not the number of a database. Example: /0")]
    [InlineData("redis://:hunter2@h/-1", "has a path that is not the number of a database. Example: /0")]
    [InlineData("redis://:hunter/2@h", Encoded)]
    [InlineData("redis://:hunter2@h?conectTimeout=5", "has an option that StackExchange.Redis does not know: did you mean connectTimeout?")]
    [InlineData("redis://:hunter2@h?connectTimeout=hunter2", "has a value for connectTimeout that cannot be read")]
    [InlineData("redis://:hunter2@h?name=a,password=b", "has a value for name that cannot be read")]
    [InlineData("redis://:hunter2@h?hunter2=1", "has an option that StackExchange.Redis does not know")]
    [InlineData("redis://:hunter2@", "names no host")]
    [InlineData("h,hunter2=1", "has an option that StackExchange.Redis does not know or cannot read")]
    public void A_malformed_Redis_value_is_explained_without_its_password(string? value, string expected)
    {
        Assert.False(ConnectionUrl.TryParseRedis(value, out _, out var error));
        Assert.Equal(expected, error);
    }

    /// <summary>Whatever is written there, the answer is a sentence of ours: no exception, and no piece of the password.</summary>
    [Fact]
    public void No_error_quotes_the_value()
    {
        var text = Gen.String[Gen.Char["qz7:/?#[]@,&=%;. "], 0, 24];
        Gen.Select(Gen.OneOf("postgres://", "redis://", "rediss://", "Host=h;Password=", "h,password="), text).Sample((scheme, rest) =>
        {
            // Letters that stand in no message of ours
            var value = $"{scheme}u:qz7{rest}";
            _ = ConnectionUrl.TryParsePostgres(value, out _, out var postgresError);
            _ = ConnectionUrl.TryParseRedis(value, out _, out var redisError);
            return !$"{postgresError}{redisError}".Contains("qz7", StringComparison.Ordinal);
        }, iter: 2000);
    }

    private static NpgsqlConnectionStringBuilder Postgres(string value)
    {
        Assert.True(ConnectionUrl.TryParsePostgres(value, out var connectionString, out var error), error);
        return new NpgsqlConnectionStringBuilder(connectionString);
    }
}
