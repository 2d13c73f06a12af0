using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Conformance;

public abstract partial class ServiceConformanceTests<TRecipe>
{
    [Theory]
    [ClassData(typeof(FieldCases))]
    public async Task Field_SupportedOrNot_IsSentOrRejected(NewTokenFields field)
    {
        NewTokenFields fields = Capabilities.RequiredFields | field;

        if (Capabilities.Fields.HasFlag(field))
        {
            // The two requests differ only in this field: a field that is validated but not sent fails the test.
            Assert.NotEqual(
                await CaptureCreateAsync(Recipe.Request(fields)), await CaptureCreateAsync(Recipe.Request(fields, another: field)));
        }
        else
        {
            bool isOperation = field is NewTokenFields.Description or NewTokenFields.Expiry;
            ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(
                () => Tokens.CreateAsync(Recipe.Request(fields), default));
            Assert.Equal(
                isOperation ? (ErrorKind.NotImplemented, ErrorIds.OperationNotSupported) : (ErrorKind.InvalidArgument, $"Invalid{field}"),
                (error.Kind, error.ErrorId));
            Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
        }
    }

    [Theory]
    [ClassData(typeof(FieldCases))]
    public async Task Field_Omitted_IsRejectedIfRequired(NewTokenFields field)
    {
        NewTokenRequest request = Recipe.Request(Capabilities.Fields & ~field);

        if (Capabilities.RequiredFields.HasFlag(field))
        {
            string expected = field == NewTokenFields.Expiry ? "InvalidExpiresIn" : $"Invalid{field}";
            Assert.Equal(
                expected, (await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.CreateAsync(request, default))).ErrorId);
        }
        else
        {
            Assert.NotEmpty(await CaptureCreateAsync(request));
        }
    }

    [Theory]
    [InlineData("blank")]
    [InlineData("long")]
    [InlineData("line break")]
    [InlineData("unpaired surrogate")]
    public async Task Name_BlankTooLongOrNotPrintable_ThrowsWithoutRequest(string kind)
    {
        string text = kind switch
        {
            "blank" => " ",
            "long" => new string('x', 256),
            "line break" => "a\nb",
            _ => "a\ud800",
        };
        ApiTokenException error = await Sandbox.AssertFailsWithoutRequestAsync(() => Tokens.CreateAsync(Recipe.New(text), default));
        Assert.Equal((ErrorKind.InvalidArgument, "InvalidName"), (error.Kind, error.ErrorId));
    }

    // The target and the body of the request that creates a token.
    private static async Task<string> CaptureCreateAsync(NewTokenRequest request)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        TokenConnection connection = await TestConnections.ConnectAsync(server, Recipe.Service);

        // The server's response is not a token.
        await Assert.ThrowsAnyAsync<ApiTokenException>(() => connection.Tokens.CreateAsync(request, default));

        ReceivedRequest sent = Assert.Single(server.Requests, each => each.Method == "POST");
        return $"{sent.Target} {sent.Body}";
    }
}

/// <summary>Theory data: each field of a request for a new token.</summary>
public sealed class FieldCases : TheoryData<NewTokenFields>
{
    public FieldCases()
    {
        AddRange([.. Enum.GetValues<NewTokenFields>().Where(field => field != NewTokenFields.None)]);
    }
}
