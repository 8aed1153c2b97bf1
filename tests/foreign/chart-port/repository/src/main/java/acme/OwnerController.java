package acme;

@Controller
class OwnerController {
    @GetMapping("/owners")
    String list() {
        return "owners/list";
    }
}
