using System.Reflection;
using ApiTokens.Core.Tests.Support;
using ApiTokens.Services;

namespace ApiTokens.Core.Tests.Services;

/// <summary>The capabilities of a service say which fields a request for a new token may have. What the service does agrees with them.</summary>
public sealed class NewTokenFieldsTests : IAsyncLifetime
{
    private static readonly NewTokenFields[] AllFields = [.. Enum.GetValues<NewTokenFields>().Where(field => field != NewTokenFields.None)];

    private ScriptedServer _server = null!;

    public static TheoryData<string, NewTokenFields> Cases
    {
        get
        {
            var cases = new TheoryData<string, NewTokenFields>();
            foreach (ServiceDefinition service in ServiceCatalog.All)
            {
                foreach (NewTokenFields each in AllFields)
                {
                    cases.Add(service.Name, each);
                }
            }

            return cases;
        }
    }

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Fields_AreThoseOfTheRequest() => Assert.Equal(
        typeof(NewTokenRequest).GetProperties().Select(property => property.Name).Order(), AllFields.Select(field => field.ToString()).Order());

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Field_TakenOrNot_IsSentOrRefused(string service, NewTokenFields field)
    {
        ServiceCapabilities capabilities = ServiceCatalog.Find(service).Capabilities;
        NewTokenFields without = capabilities.RequiredFields & ~field;

        if (capabilities.Fields.HasFlag(field))
        {
            // Only its own field differs, so that a field that is checked and then dropped does not pass.
            string sent = await SentAsync(service, capabilities.RequiredFields | field);
            string sentWithOther = await SentAsync(service, capabilities.RequiredFields | field, other: field);
            Assert.NotEqual(sent, sentWithOther);
        }
        else
        {
            ApiTokenException error = await RefusedAsync(service, without | field);
            bool operation = field is NewTokenFields.Description or NewTokenFields.Expiry;
            Assert.Equal(
                operation ? (ErrorKind.NotImplemented, ErrorIds.OperationNotSupported) : (ErrorKind.InvalidArgument, $"Invalid{field}"),
                (error.Kind, error.ErrorId));
            Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Field_LeftOut_IsRefusedWhereItIsRequired(string service, NewTokenFields field)
    {
        ServiceCapabilities capabilities = ServiceCatalog.Find(service).Capabilities;
        NewTokenFields others = capabilities.Fields & ~field;

        if (capabilities.RequiredFields.HasFlag(field))
        {
            Assert.Equal($"Invalid{field}", (await RefusedAsync(service, others)).ErrorId);
        }
        else
        {
            Assert.NotEmpty(await SentAsync(service, others));
        }
    }

    private static NewTokenRequest Request(string service, NewTokenFields fields, NewTokenFields other)
    {
        var request = new NewTokenRequest();
        foreach (NewTokenFields field in AllFields.Where(field => fields.HasFlag(field)))
        {
            PropertyInfo property = typeof(NewTokenRequest).GetProperty(field.ToString())!;
            property.SetValue(request, Value(service, field, isOther: field == other));
        }

        return request;
    }

    private static object Value(string service, NewTokenFields field, bool isOther) => field switch
    {
        NewTokenFields.Expiry => TokenExpiry.AfterMonths(isOther ? 6 : 3),
        NewTokenFields.Scope when service == "Devo" => (string[])[isOther ? "table://b level://admin" : "table://a level://admin"],
        NewTokenFields.Scope => (string[])[isOther ? "All" : "ReadOnly"],
        NewTokenFields.Audience => (string[])[isOther ? "http" : "apiv2"],
        NewTokenFields.Role => isOther ? "Engineers" : "Users",
        NewTokenFields.Access => new Dictionary<string, AccessLevel> { ["vendor"] = isOther ? AccessLevel.Full : AccessLevel.Read },
        NewTokenFields.ApplyToAll => isOther ? AccessLevel.Full : AccessLevel.Read,
        _ => isOther ? "other" : "some",
    };

    private async Task<string> SentAsync(string service, NewTokenFields fields, NewTokenFields other = NewTokenFields.None)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;
        int before = _server.Requests.Count;

        // The server answers nothing that is a token.
        await Assert.ThrowsAnyAsync<ApiTokenException>(() => tokens.CreateAsync(Request(service, fields, other), default));

        ReceivedRequest sent = Assert.Single(_server.Requests.Skip(before), request => request.Method == "POST");
        return $"{sent.Target} {sent.Body}";
    }

    private async Task<ApiTokenException> RefusedAsync(string service, NewTokenFields fields)
    {
        ITokenService tokens = (await Connecting.ToAsync(_server, service)).Tokens;
        var error = await Assert.ThrowsAsync<ApiTokenException>(() => tokens.CreateAsync(Request(service, fields, NewTokenFields.None), default));
        Assert.Empty(_server.Requests);
        return error;
    }
}
