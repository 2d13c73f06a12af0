using ApiTokens.Leaks;

namespace ApiTokens.Core.Tests.Leaks;

/// <summary>Recognizing the service of a secret by its format, and finding secrets in text.</summary>
public sealed class SecretFormTests
{
    private const string Devo = "00112233445566778899aabbccddeeff";
    private const string Jwt = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI1ZTAwIn0.c2lnbmF0dXJl";
    private const string Gcore = "7711_00112233445566778899aabbccddeeff";
    private const string User = "zz112233445566778899aabbccddeeff00112233";

    [Theory]
    [InlineData(Devo, "Devo")]
    [InlineData(Jwt, "Wegnology")]
    [InlineData(Gcore, "Gcore")]
    [InlineData("7711$eyJ0eXAiOiJKV", "Gcore")]
    [InlineData("123$61b8e1e7a68c", "Gcore")]
    [InlineData(User, "ApplicationUsers")]
    [InlineData("00112233445566778899AABBCCDDEEFF", "Devo")]
    [InlineData("zY112233445566778899AABBCCDDEEFF", "Devo")]
    [InlineData("0123456789abcdef0123456789abcdef01234567", null)]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ012345", null)]
    [InlineData("00112233445566778899aabbccddeef", null)]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI1ZTAwIn0", null)]
    [InlineData("", null)]
    public void ServicesOf_AnyText_ReturnsAtMostOneService(string text, string? service) =>
        Assert.Equal(service, SecretForms.ServicesOf(text).SingleOrDefault()?.Name);

    [Theory]
    [InlineData("token=" + Devo, Devo)]
    [InlineData("\"" + Jwt + "\",", Jwt)]
    [InlineData("a " + Gcore + ", b", Gcore)]
    [InlineData("'" + User + "'", User)]
    [InlineData("https://http-us.devo.io/stream/token!" + Devo + "/local1/my.app", Devo)]
    [InlineData("POST /stream/token!zY112233445566778899AABBCCDDEEFF/local1", "zY112233445566778899AABBCCDDEEFF")]
    [InlineData("id zY112233445566778899AABBCCDDEEFF of a job", null)]
    [InlineData("hunter2", "hunter2")]
    [InlineData("  c2VjcmV0cw==  ", "c2VjcmV0cw==")]
    [InlineData("key: hunter2", null)]
    [InlineData("commit 0123456789abcdef0123456789abcdef01234567", null)]
    [InlineData("file 2026_112220260756001234.log", null)]
    [InlineData("sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff;", null)]
    [InlineData("-----", null)]
    [InlineData("{", null)]
    public void In_Line_FindsPossibleSecrets(string line, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], SecretForms.In(line));

    [Theory]
    [InlineData("Bearer eyJhbGciOi", "Bearer ***")]
    [InlineData(Jwt + ", and more", "***, and more")]
    [InlineData("42_abcdef of V2, 123$61b8e1e7a68c of V1", "*** of V2, *** of V1")]
    [InlineData("7$" + Jwt, "7$***")]
    [InlineData("in (" + Devo + ")", "in (***)")]
    [InlineData("sha1 0123456789ABCDEF0123456789ABCDEF01234567", "sha1 ***")]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ012345", "***")]
    [InlineData("token 4711 of at_payroll", "token 4711 of at_payroll")]
    public void Mask_SecretOrLongPartOfOne_IsReplaced(string text, string masked) => Assert.Equal(masked, ForeignText.Mask(text));

    [Fact]
    public async Task In_LongLine_IsFast()
    {
        string line = string.Concat(Enumerable.Repeat("eyJ1_a.7$0fz", 100_000));
        await Task.Run(() => SecretForms.In(line).ToList()).WaitAsync(TimeSpan.FromSeconds(20));
    }
}
