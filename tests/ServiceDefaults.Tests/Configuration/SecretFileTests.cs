using EnvironmentName = ProdReady.ServiceDefaults.Configuration.EnvironmentName;

namespace ProdReady.ServiceDefaults.Tests.Configuration;

/// <summary>Secrets that stand in mounted files.</summary>
public sealed class SecretFileTests : IDisposable
{
    private static readonly EnvironmentName Secret = new("SECRET", "A:Secret", IsSecret: true);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"prodready-secret-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("s3cret", "s3cret")]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData(" s3cret ", " s3cret ")]
    public void A_file_gives_its_content_without_the_line_end(string content, string expected)
    {
        File.WriteAllText(_file, content);

        Assert.True(Secret.TryRead(Variables(("SECRET_FILE", _file)), out var value, out var error), error);

        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", " ")]
    public void Blank_is_not_set(string? value, string? file)
    {
        Assert.True(Secret.TryRead(Variables(("SECRET", value), ("SECRET_FILE", file)), out var read, out _));
        Assert.Null(read);
    }

    [Fact]
    public void A_file_beside_a_value_is_refused()
    {
        Assert.False(Secret.TryRead(Variables(("SECRET", "hidden"), ("SECRET_FILE", _file)), out _, out var error));
        Assert.Equal("SECRET and SECRET_FILE are both set. Remove one of them", error);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.False(Secret.TryRead(Variables(("SECRET_FILE", _file)), out _, out var error));
        Assert.StartsWith($"SECRET_FILE is '{_file}', which cannot be read: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "but that file is empty")]
    [InlineData(65537, "which is larger than a secret: at most 65536 bytes")]
    public void A_file_that_holds_no_secret_is_refused(int length, string problem)
    {
        File.WriteAllText(_file, new string('x', length));

        Assert.False(Secret.TryRead(Variables(("SECRET_FILE", _file)), out _, out var error));

        Assert.Equal($"SECRET_FILE is '{_file}', {problem}", error);
    }

    [Fact]
    public void What_is_no_secret_comes_from_no_file()
    {
        Assert.True(new EnvironmentName("PORT").TryRead(Variables(("PORT_FILE", _file)), out var value, out _));
        Assert.Null(value);
    }

    private static Func<string, string?> Variables(params (string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
