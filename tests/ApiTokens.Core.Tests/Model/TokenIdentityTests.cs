namespace ApiTokens.Core.Tests.Model;

public sealed class TokenIdentityTests
{
    private static readonly Uri Production = new("https://api.example.com");

    [Theory]
    [InlineData("Gcore", "07001", "7001")]
    [InlineData("gcore", "0", "0")]
    [InlineData("Devo", "0001", "1")]
    [InlineData("Wegnology", "5E00000000000000000000FF", "5e00000000000000000000ff")]
    [InlineData("ApplicationUsers", "at_00000000000000000adm", "at_00000000000000000adm")]
    [InlineData("Gcore", "7001-1", "7001-1")]
    [InlineData("Gcore", "٧٠٠١", "٧٠٠١")]
    [InlineData("Other", "007", "007")]
    public void Id_AnyForm_IsCanonical(string service, string id, string expected)
    {
        Assert.Equal(expected, Of(service, id).Id);
        Assert.Equal(Of(service, expected), Of(service, id));
        Assert.Equal(Of(service, expected), Of(service, "1").WithId(id));
    }

    [Fact]
    public void Equals_OtherAddress_IsFalse()
    {
        var token = new ApiToken { Service = "Gcore", Account = "1001", Id = "7001", BaseUri = Production };

        Assert.Equal(Of("Gcore", "07001"), TokenIdentity.Of(token));
        var other = new ApiToken(token) { BaseUri = new Uri("https://staging.example.com") };
        Assert.NotEqual(TokenIdentity.Of(token), TokenIdentity.Of(other));
        Assert.NotEqual(TokenIdentity.Of(token), TokenIdentity.Of(new ApiToken(token) { BaseUri = null }));
    }

    private static TokenIdentity Of(string service, string id) => new(new AccountIdentity(service, "1001", Production), id);
}
